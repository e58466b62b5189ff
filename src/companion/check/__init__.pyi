from .differences import gradient as gradient
from .differences import numerical_gradient as numerical_gradient
from .report import Report as Report
