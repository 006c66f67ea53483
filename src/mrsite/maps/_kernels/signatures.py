"""Types the kernels are compiled for when they are imported."""
# mypy: ignore-errors

from __future__ import annotations

from numba import types

F8, I8 = types.float64, types.int64
A1, A2 = types.float64[::1], types.float64[:, ::1]
I1, I2 = types.int64[::1], types.int64[:, ::1]
PARAMS = types.Tuple((types.int64[::1], types.float64[::1]))
FIELD = types.FunctionType(types.void(PARAMS, F8, F8, F8, A1))
BOUND = types.FunctionType(F8(PARAMS, F8, F8, F8, F8))
VALUE = types.Tuple((F8, F8, F8, I8))
