__version__: str
from . import autograd as autograd
from . import check as check
from . import datasets as datasets
from . import nn as nn
from . import optim as optim
from . import utils as utils
from . import random as random
from .random import Generator as Generator
from .random import default_generator as default_generator
from .random import initial_seed as initial_seed
from .random import manual_seed as manual_seed
from .random import seed as seed
from .random import get_rng_state as get_rng_state
from .random import set_rng_state as set_rng_state
from .random import get_rng_state as get_rng_state
from .random import set_rng_state as set_rng_state

from .autograd.methods import Tensor as Tensor
from .autograd.modes import enable_grad as enable_grad
from .autograd.modes import inference_mode as inference_mode
from .autograd.modes import is_grad_enabled as is_grad_enabled
from .autograd.modes import no_grad as no_grad
from .autograd.modes import set_grad_enabled as set_grad_enabled
from ._tensor.creation import from_numpy as from_numpy
from ._tensor.creation import tensor as tensor
