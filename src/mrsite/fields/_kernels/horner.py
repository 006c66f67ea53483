"""Four polynomials in two variables at eight points, in registers from the first coefficient to the last.

Written in the compiler's own terms: a plain loop keeps its sums in memory, for which the compiler sees no way round,
and takes four times as long.
"""
# mypy: ignore-errors

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 8
TERMS = 4
_DOUBLE, _INT, _SMALL = ir.DoubleType(), ir.IntType(64), ir.IntType(32)
_WIDE = ir.VectorType(_DOUBLE, LANES)


@intrinsic
def polynomials(typingctx, coefficients, start, degree, at, out):
    """Values at the points (at[0, lane], at[1, lane]) into out[term, lane].

    From ``start`` on lie, for each power of the first variable from ``degree`` down to 0, the coefficients of the
    second one's powers from the highest (such that both make ``degree``) down to 0, ``TERMS`` numbers each.
    """
    for array, axes in ((coefficients, 1), (at, 2), (out, 2)):
        if not isinstance(array, types.Array) or array.layout != "C" or array.ndim != axes:
            raise TypeError("contiguous arrays needed")

    def emit(context, builder, signature, args):
        made = [context.make_array(signature.args[k])(context, builder, args[k]) for k in (0, 3, 4)]
        numbers, points, results = (builder.ptrtoint(array.data, _INT) for array in made)

        def row(base, k):
            return builder.inttoptr(builder.add(base, _INT(8 * LANES * k)), _WIDE.as_pointer())

        def step(total, variable, more):
            return builder.fadd(builder.fmul(total, variable, flags=("contract",)), more, flags=("contract",))

        def wide(number):
            one = builder.insert_element(ir.Constant(_WIDE, ir.Undefined), number, _SMALL(0))
            lanes = ir.Constant(ir.VectorType(_SMALL, LANES), [0] * LANES)
            return builder.shuffle_vector(one, one, lanes)

        u = builder.load(row(points, 0), align=8)
        v = builder.load(row(points, 1), align=8)
        zero = ir.Constant(_WIDE, [0.0] * LANES)
        outer = [cgutils.alloca_once_value(builder, zero) for _ in range(TERMS)]
        inner = [cgutils.alloca_once_value(builder, zero) for _ in range(TERMS)]
        cursor = cgutils.alloca_once_value(builder, builder.add(numbers, builder.mul(args[1], _INT(8))))
        rows = builder.add(args[2], _INT(1))
        with cgutils.for_range(builder, rows) as loop:
            for term in inner:
                builder.store(zero, term)
            with cgutils.for_range(builder, builder.add(loop.index, _INT(1))):
                here = builder.load(cursor)
                for k, term in enumerate(inner):
                    number = builder.load(
                        builder.inttoptr(builder.add(here, _INT(8 * k)), _DOUBLE.as_pointer()), align=8
                    )
                    builder.store(step(builder.load(term), v, wide(number)), term)
                builder.store(builder.add(here, _INT(8 * TERMS)), cursor)
            for whole, part in zip(outer, inner):
                builder.store(step(builder.load(whole), u, builder.load(part)), whole)
        for k, whole in enumerate(outer):
            builder.store(builder.load(whole), row(results, k), align=8)
        return context.get_dummy_value()

    return types.void(coefficients, types.int64, types.int64, at, out), emit
