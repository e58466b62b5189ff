from . import transforms as transforms
from .digits import MNIST as MNIST
from .files import load_mnist as load_mnist
from .files import mnist_root as mnist_root
