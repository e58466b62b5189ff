"""The one name that torch's test helpers import from the package expecttest.

They only derive a class from it, which is of no use here; with this module on
the path (pytest's ``pythonpath``) the package need not be installed.
"""

from unittest import TestCase as TestCase
