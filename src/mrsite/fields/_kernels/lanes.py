"""Eight doubles side by side as a number of their own: what is written for one point then serves eight, in registers.

A plain loop over arrays is vectorised by the compiler, but only as long as its body is short, and with every
intermediate column in memory. Here ``+ - * /`` and ``math.sqrt`` take eight lanes, or eight and a float, and ``load``
and ``store`` turn rows into lanes and back without a detour. Products and sums contract, as by ``jit(contract=True)``.
"""
# mypy: ignore-errors

from __future__ import annotations

import math
import operator

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

WIDE = 8
_DOUBLE, _INT, _SMALL = ir.DoubleType(), ir.IntType(64), ir.IntType(32)
_LANES, _FOUR = ir.VectorType(_DOUBLE, WIDE), ir.VectorType(_DOUBLE, 4)
_CONTRACT = ("contract",)


class LanesType(types.Type):
    """Eight doubles."""

    def __init__(self) -> None:
        super().__init__(name=f"Lanes{WIDE}")


LANES = LanesType()


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager, kind) -> None:
        super().__init__(manager, kind, _LANES)


def _wide(builder, value, kind):
    """A value as lanes: a float stands in all of them."""
    if kind == LANES:
        return value
    if isinstance(kind, types.Integer):
        value = builder.sitofp(value, _DOUBLE)
    one = builder.insert_element(ir.Constant(_LANES, ir.Undefined), value, _SMALL(0))
    return _pick(builder, one, one, [0] * WIDE)


def _pick(builder, left, right, lanes):
    return builder.shuffle_vector(left, right, ir.Constant(ir.VectorType(_SMALL, len(lanes)), list(lanes)))


def _arithmetic(operation, name):
    @intrinsic
    def lane_by_lane(typingctx, p, q):
        def emit(context, builder, signature, args):
            left, right = (_wide(builder, v, k) for v, k in zip(args, signature.args))
            return getattr(builder, name)(left, right, flags=_CONTRACT)

        return LANES(p, q), emit

    @overload(operation)
    def _(p, q):
        return (lambda p, q: lane_by_lane(p, q)) if LANES in (p, q) else None


for _operation, _name in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _arithmetic(_operation, _name)


@intrinsic
def _lane_sqrt(typingctx, p):
    def emit(context, builder, signature, args):
        kind = ir.FunctionType(_LANES, [_LANES])
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"llvm.sqrt.v{WIDE}f64"), args)

    return LANES(p), emit


@overload(math.sqrt)
def _(p):
    return (lambda p: _lane_sqrt(p)) if p == LANES else None


@intrinsic
def everywhere(typingctx, p):
    """A float in all lanes."""

    def emit(context, builder, signature, args):
        return _wide(builder, args[0], signature.args[0])

    return LANES(p), emit


@intrinsic
def any_less(typingctx, p, q):
    """Whether p < q in any lane."""

    def emit(context, builder, signature, args):
        left, right = (_wide(builder, v, k) for v, k in zip(args, signature.args))
        bits = builder.bitcast(builder.fcmp_ordered("<", left, right), ir.IntType(WIDE))
        return builder.icmp_unsigned("!=", bits, ir.IntType(WIDE)(0))

    return types.boolean(p, q), emit


@intrinsic
def _lane_if_above(typingctx, p, q, value):
    def emit(context, builder, signature, args):
        left, right, chosen = (_wide(builder, v, k) for v, k in zip(args, signature.args))
        return builder.select(builder.fcmp_ordered(">", left, right), chosen, ir.Constant(_LANES, [0.0] * WIDE))

    return LANES(p, q, value), emit


def if_above(p, q, value):
    """``value`` where p > q, else 0: of a float or of lanes."""
    return value if p > q else 0.0


@overload(if_above)
def _(p, q, value):
    if LANES in (p, q, value):
        return lambda p, q, value: _lane_if_above(p, q, value)
    return lambda p, q, value: value if p > q else 0.0


def _address(builder, array, element):
    return builder.add(builder.ptrtoint(array.data, _INT), builder.mul(element, _INT(8)))


def _at(builder, base, doubles, kind):
    return builder.inttoptr(builder.add(base, _INT(8 * doubles)), kind.as_pointer())


def _refuse(array, axes) -> None:
    if not isinstance(array, types.Array) or array.layout != "C" or array.ndim != axes or array.dtype != types.float64:
        raise TypeError("a contiguous array of doubles needed")


@intrinsic
def load(typingctx, column, first):
    """The lanes of column[first : first + 8]."""
    _refuse(column, 1)

    def emit(context, builder, signature, args):
        array = context.make_array(signature.args[0])(context, builder, args[0])
        return builder.load(_at(builder, _address(builder, array, args[1]), 0, _LANES), align=8)

    return LANES(column, types.int64), emit


@intrinsic
def store(typingctx, column, first, value):
    """Lanes into column[first : first + 8]."""
    _refuse(column, 1)

    def emit(context, builder, signature, args):
        array = context.make_array(signature.args[0])(context, builder, args[0])
        builder.store(args[2], _at(builder, _address(builder, array, args[1]), 0, _LANES), align=8)
        return context.get_dummy_value()

    return types.void(column, types.int64, value), emit


@intrinsic
def load_rows(typingctx, points, first):
    """x, y, z of rows first .. first + 7 of an (n, 3) array."""
    _refuse(points, 2)

    def emit(context, builder, signature, args):
        array = context.make_array(signature.args[0])(context, builder, args[0])
        base = _address(builder, array, builder.mul(args[1], _INT(3)))
        halves = []
        for half in range(WIDE // 4):
            # x0 y0 z0 x1, y1 z1 x2 y2, z2 x3 y3 z3
            p, q, r = (builder.load(_at(builder, base, 12 * half + 4 * k, _FOUR), align=8) for k in range(3))
            xy = _pick(builder, q, r, (2, 3, 5, 6))
            yz = _pick(builder, p, q, (1, 2, 4, 5))
            halves.append(
                (
                    _pick(builder, p, xy, (0, 3, 4, 6)),
                    _pick(builder, yz, xy, (0, 2, 5, 7)),
                    _pick(builder, yz, r, (1, 3, 4, 7)),
                )
            )
        columns = [_pick(builder, low, high, range(WIDE)) for low, high in zip(*halves)]
        return context.make_tuple(builder, signature.return_type, columns)

    return types.UniTuple(LANES, 3)(points, types.int64), emit


@intrinsic
def store_rows(typingctx, array, first, values):
    """As many lanes as the array (n, k) has columns into its rows first .. first + 7."""
    _refuse(array, 2)
    columns = len(values)

    def emit(context, builder, signature, args):
        target = context.make_array(signature.args[0])(context, builder, args[0])
        base = _address(builder, target, builder.mul(args[1], _INT(columns)))
        lanes = cgutils.unpack_tuple(builder, args[2], columns)
        for half in range(WIDE // 4):
            part = [_pick(builder, v, v, range(4 * half, 4 * half + 4)) for v in lanes]
            for k in range(columns):
                # four rows are one run of doubles: the k-th four of it, two and two
                (a, i), (b, j), (c, m), (d, n) = ((e % columns, e // columns) for e in range(4 * k, 4 * k + 4))
                low = _pick(builder, part[a], part[b], (i, 4 + j))
                high = _pick(builder, part[c], part[d], (m, 4 + n))
                four = _pick(builder, low, high, range(4))
                builder.store(four, _at(builder, base, 4 * (half * columns + k), _FOUR), align=8)
        return context.get_dummy_value()

    return types.void(array, types.int64, values), emit


@intrinsic
def scatter_rows(typingctx, array, index, first, values):
    """The same into rows index[first] .. index[first + 7]."""
    _refuse(array, 2)
    columns = len(values)

    def emit(context, builder, signature, args):
        target = context.make_array(signature.args[0])(context, builder, args[0])
        numbers = context.make_array(signature.args[1])(context, builder, args[1])
        lanes = cgutils.unpack_tuple(builder, args[3], columns)
        whole = columns - columns % 4
        for half in range(WIDE // 4):
            part = [_pick(builder, v, v, range(4 * half, 4 * half + 4)) for v in lanes]
            fours = []
            for k in range(0, whole, 4):
                even = [_pick(builder, part[k + t], part[k + t + 1], (0, 4, 2, 6)) for t in (0, 2)]
                odd = [_pick(builder, part[k + t], part[k + t + 1], (1, 5, 3, 7)) for t in (0, 2)]
                fours.append(
                    [
                        _pick(builder, *(even, odd)[r % 2], [r & 2, (r & 2) + 1, (r & 2) + 4, (r & 2) + 5])
                        for r in range(4)
                    ]
                )
            for r in range(4):
                at = builder.add(args[2], _INT(4 * half + r))
                row = builder.load(_at(builder, _address(builder, numbers, at), 0, _INT))
                base = _address(builder, target, builder.mul(row, _INT(columns)))
                for k, rows in enumerate(fours):
                    builder.store(rows[r], _at(builder, base, 4 * k, _FOUR), align=8)
                for k in range(whole, columns):
                    one = builder.extract_element(part[k], _SMALL(r))
                    builder.store(one, _at(builder, base, k, _DOUBLE), align=8)
        return context.get_dummy_value()

    return types.void(array, index, types.int64, values), emit
