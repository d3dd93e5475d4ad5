"""Type promotion, by the rules of torch's documentation ("Tensor Attributes", section on type promotion)."""

from __future__ import annotations

from . import dtype as d
from .dtype import BOOL, COMPLEX, FLOAT, INTEGER, dtype

# Signed integers by width; a mix of uint8 with a signed type widens to the next signed one.
_SIGNED_BY_SIZE = {1: d.int8, 2: d.int16, 4: d.int32, 8: d.int64}


def promote_types(left: dtype, right: dtype) -> dtype:
    """The smallest type that holds both, by category first."""
    if left is right:
        return left
    if left.category != right.category:
        lower, higher = (left, right) if left.category < right.category else (right, left)
        if higher.category == COMPLEX and lower.category == FLOAT:
            return promote_types(lower.to_complex(), higher)
        return higher
    if left.category == INTEGER:
        return _promote_integers(left, right)
    if left.category == FLOAT:
        return _promote_floats(left, right)
    return left if left.itemsize >= right.itemsize else right


def _promote_integers(left: dtype, right: dtype) -> dtype:
    if left.is_signed == right.is_signed:
        return left if left.itemsize >= right.itemsize else right
    signed, unsigned = (left, right) if left.is_signed else (right, left)
    if unsigned.itemsize > 1:
        raise RuntimeError(f"Promotion for {unsigned.name}, {signed.name} types is not supported")
    if signed.itemsize > unsigned.itemsize:
        return signed
    return _SIGNED_BY_SIZE[min(8, unsigned.itemsize * 2)]


def _promote_floats(left: dtype, right: dtype) -> dtype:
    if left.itemsize == 1 or right.itemsize == 1:
        raise RuntimeError(
            f"Promotion for Float8 Types is not supported, attempted to promote {left.name} and {right.name}"
        )
    if left.itemsize == right.itemsize:  # float16 with bfloat16
        return d.float32
    return left if left.itemsize > right.itemsize else right


def result_type(operands: tuple | list) -> dtype:
    """
    Type of an element-wise result. Dimensioned tensors win over zero-dimensional ones, and those over Python numbers,
    unless the weaker kind is of a higher category.
    """
    dimensioned: dtype | None = None
    zero_dim: dtype | None = None
    number: dtype | None = None
    for operand in operands:
        shape = getattr(operand, "_shape", None)
        if shape is None:
            if operand is None:
                continue
            kind = d.of_scalar(operand)
            number = kind if number is None else promote_types(number, kind)
        elif len(shape) > 0:
            kind = operand.dtype
            dimensioned = kind if dimensioned is None or dimensioned is kind else promote_types(dimensioned, kind)
        else:
            kind = operand.dtype
            zero_dim = kind if zero_dim is None else promote_types(zero_dim, kind)
    return _combine(_combine(dimensioned, zero_dim), number) or d.default.floating


def _combine(stronger: dtype | None, weaker: dtype | None) -> dtype | None:
    if stronger is None or weaker is None:
        return stronger or weaker
    if stronger.category >= weaker.category:
        return stronger
    if weaker.category == COMPLEX and stronger.category == FLOAT:
        return promote_types(stronger.to_complex(), d.complex32)
    if weaker.category in (FLOAT, COMPLEX) and stronger.category in (BOOL, INTEGER):
        return weaker
    return promote_types(stronger, weaker)


def can_cast(source: dtype, target: dtype) -> bool:
    """Whether an in-place result of `source` may be written into `target`."""
    return source.category <= target.category and not (source.category != BOOL and target.category == BOOL)


def floating_result(kind: dtype) -> dtype:
    """Integers become the default floating type: what `sin`, `div` and `mean` of integers give."""
    return d.default.floating if kind.category in (BOOL, INTEGER) else kind
