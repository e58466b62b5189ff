__version__: str
from . import autograd as autograd
from . import datasets as datasets
from . import nn as nn
from . import optim as optim
from . import utils as utils
