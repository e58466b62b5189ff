from .differences import gradient as gradient
from .differences import numerical_gradient as numerical_gradient
from .engines import engine as engine
from .operations import operation as operation
from .optimizers import optimizer as optimizer
from .registering import registration as registration
from .report import Report as Report
from .schedules import schedule as schedule
