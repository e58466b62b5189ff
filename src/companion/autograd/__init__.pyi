from .tensor import backward as backward
from .tensor import grad as grad
