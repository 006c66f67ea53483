"""From what an axisymmetric field is in cylindrical terms to rows of B and jacobian, many points at once.

The arithmetic runs side by side over points; then four points' worth of columns is turned in registers into rows, since
twelve single stores a point cost more than an elliptic integral.
"""
# mypy: ignore-errors

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from mrsite.base.jit import jit

WORK = 18  # rows of room a block needs; the first nine are this module's

_DOUBLE, _INT, _SMALL = ir.DoubleType(), ir.IntType(64), ir.IntType(32)
_FOUR = ir.VectorType(_DOUBLE, 4)


@jit(contract=True)
def dress_block(n, x, y, f, bz, g, h, c, work, index, b, jac):
    """B and jacobian of n points from B_rho/rho, B_z, (dB_rho/dz)/rho, dB_z/dz and mu0 j_phi/rho, into rows ``index``.

    div B = 0 and curl B = mu0 j give the other derivatives. ``dress`` does one point.
    """
    for i in range(n):
        rr = x[i] * x[i] + y[i] * y[i]
        off = 1.0 if rr > 1e-280 else 0.0
        k = off * (-2.0 * f[i] - h[i]) / (rr + (1.0 - off))  # (dB_rho/drho - B_rho/rho) / rho^2
        work[0, i] = x[i] * f[i]
        work[1, i] = y[i] * f[i]
        work[2, i] = f[i] + x[i] * x[i] * k
        work[3, i] = x[i] * y[i] * k
        work[4, i] = x[i] * g[i]
        work[5, i] = f[i] + y[i] * y[i] * k
        work[6, i] = y[i] * g[i]
        work[7, i] = x[i] * (g[i] - c[i])
        work[8, i] = y[i] * (g[i] - c[i])
    whole = n - n % 4
    for i in range(0, whole, 4):
        _four_rows(i, work, bz, h, index, b, jac)
    for i in range(whole, n):
        p = index[i]
        b[p, 0] = work[0, i]
        b[p, 1] = work[1, i]
        b[p, 2] = bz[i]
        jac[p, 0] = work[2, i]
        jac[p, 1] = work[3, i]
        jac[p, 2] = work[4, i]
        jac[p, 3] = work[3, i]
        jac[p, 4] = work[5, i]
        jac[p, 5] = work[6, i]
        jac[p, 6] = work[7, i]
        jac[p, 7] = work[8, i]
        jac[p, 8] = h[i]


@intrinsic
def _four_rows(typingctx, i, work, bz, h, index, b, jac):
    """Write the rows of points i .. i + 3, as the scalar tail of ``dress_block`` does one.

    The last axis of every array must be contiguous.
    """
    for array in (work, bz, h, index, b, jac):
        if not isinstance(array, types.Array) or array.layout != "C":
            raise TypeError("contiguous arrays needed")

    def emit(context, builder, signature, args):
        made = [context.make_array(t)(context, builder, a) for t, a in zip(signature.args[1:], args[1:])]
        at_work, at_bz, at_h, at_index, at_b, at_jac = made
        first = args[0]

        def address(array, row, column, kind):
            """Where element (row, column) lies, as a pointer to ``kind``; ``row`` None in one dimension."""
            offset = builder.mul(column, _INT(8))
            if row is not None:
                offset = builder.add(offset, builder.mul(row, builder.extract_value(array.strides, 0)))
            base = builder.ptrtoint(array.data, _INT)
            return builder.inttoptr(builder.add(base, offset), kind.as_pointer())

        def column(array, row=None):
            return builder.load(address(array, None if row is None else _INT(row), first, _FOUR), align=8)

        def pick(left, right, *lanes):
            return builder.shuffle_vector(left, right, ir.Constant(ir.VectorType(_SMALL, len(lanes)), list(lanes)))

        def turned(p, q, r, s):
            """Four columns of four points as four rows."""
            even, odd = pick(p, q, 0, 4, 2, 6), pick(p, q, 1, 5, 3, 7)
            even2, odd2 = pick(r, s, 0, 4, 2, 6), pick(r, s, 1, 5, 3, 7)
            pairs = ((even, even2, 0), (odd, odd2, 0), (even, even2, 2), (odd, odd2, 2))
            return [pick(u, v, at, at + 1, at + 4, at + 5) for u, v, at in pairs]

        w = [column(at_work, k) for k in range(9)]
        last = column(at_h)
        field = turned(w[0], w[1], column(at_bz), last)
        upper = turned(w[2], w[3], w[4], w[3])
        lower = turned(w[5], w[6], w[7], w[8])
        for k in range(4):
            row = builder.load(address(at_index, None, builder.add(first, _INT(k)), _INT))
            for array, start, value in (
                (at_b, 0, pick(field[k], field[k], 0, 1)),
                (at_b, 2, builder.extract_element(field[k], _SMALL(2))),
                (at_jac, 0, upper[k]),
                (at_jac, 4, lower[k]),
                (at_jac, 8, builder.extract_element(field[k], _SMALL(3))),
            ):
                builder.store(value, address(array, row, _INT(start), value.type), align=8)
        return context.get_dummy_value()

    return types.void(i, work, bz, h, index, b, jac), emit
