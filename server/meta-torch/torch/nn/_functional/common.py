"""What the families share: numbers written as one or as a list, and the types that operands must agree on."""

from __future__ import annotations

from typing import Any

from ..._meta import autocast
from ..._meta import dtype as d
from ..._meta.shape import index
from ..._ops.registry import long_name
from ..._tensor import Tensor


def as_ints(value: Any, rank: int, name: str = "size") -> tuple:
    """One number for all dimensions, or one for each."""
    if type(value) is int:
        return (value,) * rank
    if isinstance(value, (tuple, list)):
        if len(value) == 1:
            return (index(value[0]),) * rank
        if len(value) != rank:
            raise RuntimeError(f"expected {name} to be a single integer value or a list of {rank} values to match the dimensions, but got {name}={list(value)}")
        return tuple([item if type(item) is int else index(item) for item in value])
    return (index(value),) * rank


def operand_type(input: Tensor, weight: Tensor | None, bias: Tensor | None = None) -> d.dtype:  # noqa: A002
    """Type of a product with weights, which must have the input's type unless autocast brings them together."""
    kind = input.dtype
    if autocast.state.active:
        return autocast.compute_type(input.device.type, kind)
    if weight is not None and weight.dtype is not kind:
        raise RuntimeError(f"Input type ({c_name(kind)}) and weight type ({c_name(weight.dtype)}) should be the same")
    if bias is not None and bias.dtype is not kind:
        raise RuntimeError(f"Input type ({c_name(kind)}) and bias type ({c_name(bias.dtype)}) should be the same")
    return kind


def full_type(name: str, input: Tensor) -> d.dtype:  # noqa: A002
    """Type of an operator that autocast keeps in single precision."""
    if autocast.state.active:
        return autocast.full_type(name, input.device.type, input.dtype)
    return input.dtype


def must_float(name: str, input: Tensor) -> None:  # noqa: A002
    if input.dtype.category < d.FLOAT:
        raise RuntimeError(f'"{name}" not implemented for \'{long_name(input.dtype)}\'')


def c_name(kind: d.dtype) -> str:
    return {"float32": "float", "float64": "double", "float16": "c10::Half", "bfloat16": "c10::BFloat16", "int64": "long int"}.get(
        kind.name, kind.name
    )
