"""A number that several threads draw from, each getting another."""
# mypy: ignore-errors

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def draw(typingctx, counter):
    """The first element of an int64 array, and one more left behind, in one step that no thread can part."""
    if not isinstance(counter, types.Array) or counter.dtype != types.int64:
        raise TypeError("an array of int64 needed")

    def emit(context, builder, signature, args):
        array = context.make_array(signature.args[0])(context, builder, args[0])
        return builder.atomic_rmw("add", array.data, ir.Constant(ir.IntType(64), 1), "monotonic")

    return types.int64(counter), emit
