"""Compiled kernels of the field engine: plain loops over floats and arrays; entered only through this package's parent."""

from .batch import point, serial, threaded

__all__ = ["point", "serial", "threaded"]
