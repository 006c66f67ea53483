"""Compiled kernels of the field engine: plain loops over floats and arrays; entered only through this package's
parent.
"""

from numba import get_num_threads as threads

from .batch import point, serial, threaded
from .bounds import second_derivative_bound

__all__ = ["point", "second_derivative_bound", "serial", "threaded", "threads"]
