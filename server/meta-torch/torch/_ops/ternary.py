"""Element-wise operators of three operands or with bounds: clamp, where, lerp, masked_fill and their kin."""

from __future__ import annotations

import math
from typing import Any

from .._meta import dtype as d
from .._meta import shape as s
from .._meta import values
from .._meta.promotion import floating_result, result_type
from .._tensor import Tensor
from .registry import cast_list, functions, long_name, make, operator


def _shape_of(item: Any) -> tuple:
    return item._shape if isinstance(item, Tensor) else ()


def _spread(item: Any, shape: tuple) -> list | None:
    value = item._value if isinstance(item, Tensor) else [item]
    return None if value is None else values.broadcast(value, _shape_of(item), shape)


def _elementwise(name: str, operands: tuple, kind: d.dtype, function: Any, attributes: dict | None = None) -> Tensor:
    """One result of operands that broadcast; numbers count as zero-dimensional."""
    shape = s.broadcast_all(_shape_of(item) for item in operands)
    value = None
    if function is not None and values.fits(s.count(shape), kind.is_floating_point):
        lists = [_spread(item, shape) for item in operands]
        if all(item is not None for item in lists):
            value = cast_list(values.apply(function, *lists), kind)  # type: ignore[arg-type]
    inputs = tuple(item for item in operands if isinstance(item, Tensor))
    return make(name, shape, kind, inputs, attributes, value)


@operator("clamp", "clip", in_place=True)
def clamp(input: Tensor, min: Any = None, max: Any = None, *, out: Any = None) -> Tensor:  # noqa: A002
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if isinstance(min, Tensor) and max is not None and not isinstance(max, Tensor):
        raise TypeError("clamp() received an invalid combination of arguments - bounds must be two numbers or two tensors")
    if isinstance(max, Tensor) and min is not None and not isinstance(min, Tensor):
        raise TypeError("clamp() received an invalid combination of arguments - bounds must be two numbers or two tensors")
    if input.dtype.category == d.COMPLEX:
        raise RuntimeError("clamp is not supported for complex types")
    kind = result_type([item for item in (input, min, max) if item is not None])

    def bounded(x: Any, low: Any, high: Any) -> Any:
        x = low if low is not None and x < low else x
        return high if high is not None and x > high else x

    attributes = {name: item for name, item in (("min", min), ("max", max)) if isinstance(item, (int, float))}
    bounds = [item for item in (min, max)]
    if any(isinstance(item, Tensor) for item in bounds):
        given = [item for item in bounds if item is not None]
        if min is not None and max is not None:
            return _elementwise("clamp", (input, min, max), kind, bounded, attributes)
        one = (lambda x, b: bounded(x, b, None)) if min is not None else (lambda x, b: bounded(x, None, b))
        return _elementwise("clamp", (input, *given), kind, one, attributes)
    return _elementwise("clamp", (input,), kind, lambda x: bounded(x, min, max), attributes)


@operator(in_place=True)
def clamp_min(input: Tensor, min: Any) -> Tensor:  # noqa: A002
    return clamp(input, min=min)


@operator(in_place=True)
def clamp_max(input: Tensor, max: Any) -> Tensor:  # noqa: A002
    return clamp(input, max=max)


@operator(method=False)
def where(condition: Tensor, input: Any = None, other: Any = None, *, self: Any = None, out: Any = None) -> Any:  # noqa: A002
    input = self if input is None and self is not None else input  # noqa: A001
    if input is None and other is None:
        return functions["nonzero"](condition, as_tuple=True)
    if not isinstance(condition, Tensor):
        raise TypeError(f"where(): argument 'condition' (position 1) must be Tensor, not {type(condition).__name__}")
    if condition.dtype is not d.bool_ and condition.dtype is not d.uint8:
        raise RuntimeError("where expected condition to be a boolean tensor, but got a tensor with dtype " + long_name(condition.dtype))
    kind = result_type((input, other))
    return _elementwise("where", (condition, input, other), kind, lambda c, a, b: a if c else b)


operator("where", function=False)(lambda self, condition, y: where(condition, self, y))


def _no_complex(name: str, input: Tensor) -> None:  # noqa: A002
    if input.dtype.category == d.COMPLEX:
        raise RuntimeError(f"\"{name}_cpu\" not implemented for '{long_name(input.dtype)}'")


def _needs_mask(name: str, mask: Any) -> None:
    if not isinstance(mask, Tensor):
        raise TypeError(f"{name}(): argument 'mask' must be Tensor, not {type(mask).__name__}")
    if mask.dtype is not d.bool_ and not (name == "masked_select" and mask.dtype is d.uint8):
        raise RuntimeError(f"{name} only supports boolean masks, but got mask with dtype {mask.dtype.name}")


@operator(in_place=True)
def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:  # noqa: A002
    _needs_mask("masked_fill", mask)
    if isinstance(value, Tensor):
        if value._shape:
            raise RuntimeError(
                f"masked_fill only supports a 0-dimensional value tensor, but got tensor with {len(value._shape)} dimension(s)."
            )
        return _elementwise("masked_fill", (input, mask, value), input.dtype, lambda a, m, v: v if m else a)
    if isinstance(value, complex) and input.dtype.category != d.COMPLEX:
        raise RuntimeError(f"value cannot be converted to type {long_name(input.dtype)} without overflow")
    attributes = {"value": value if isinstance(value, (int, float)) else str(value)}
    return _elementwise("masked_fill", (input, mask), input.dtype, lambda a, m: value if m else a, attributes)


@operator(in_place=True)
def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:  # noqa: A002
    _needs_mask("masked_scatter", mask)
    if source.dtype is not input.dtype:
        raise RuntimeError(
            f"masked_scatter: expected self and source to have same dtypes but got {long_name(input.dtype)} and "
            f"{long_name(source.dtype)}"
        )
    shape = s.broadcast(input._shape, mask._shape)
    return make("masked_scatter", shape, input.dtype, (input, mask, source))


def _same_types(name: str, *operands: Any) -> None:
    kinds = {item.dtype for item in operands if isinstance(item, Tensor)}
    if len(kinds) > 1:
        first, other = list(kinds)[:2]
        raise RuntimeError(f"{name}: expected dtype {long_name(first)} but got dtype {long_name(other)}")


@operator(in_place=True)
def lerp(input: Tensor, end: Tensor, weight: Any, *, out: Any = None) -> Tensor:  # noqa: A002
    _same_types("lerp", input, end, weight)
    if input.dtype.category < d.FLOAT:
        raise RuntimeError(f'"lerp_kernel_scalar" not implemented for \'{long_name(input.dtype)}\'')
    return _elementwise("lerp", (input, end, weight), input.dtype, lambda a, b, w: a + w * (b - a))


@operator(in_place=True)
def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1, out: Any = None) -> Tensor:  # noqa: A002
    kind = result_type((input, tensor1, tensor2))
    if kind is d.bool_:
        raise RuntimeError('"addcmul_cpu_out" not implemented for \'Bool\'')
    return _elementwise("addcmul", (input, tensor1, tensor2), kind, lambda x, a, b: x + value * a * b)


@operator(in_place=True)
def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1, out: Any = None) -> Tensor:  # noqa: A002
    if tensor1.dtype.category < d.FLOAT and tensor2.dtype.category < d.FLOAT:
        raise RuntimeError("Integer division with addcdiv is no longer supported")
    kind = result_type((input, tensor1, tensor2))
    return _elementwise("addcdiv", (input, tensor1, tensor2), kind, lambda x, a, b: x + value * a / b)


@operator(in_place=True)
def nan_to_num(input: Tensor, nan: Any = None, posinf: Any = None, neginf: Any = None, *, out: Any = None) -> Tensor:  # noqa: A002
    _no_complex("nan_to_num", input)
    return _elementwise("nan_to_num", (input,), input.dtype, lambda x: x if math.isfinite(x) else None)


@operator("logit", "special_logit", in_place=True)
def logit(input: Tensor, eps: float | None = None, *, out: Any = None) -> Tensor:  # noqa: A002
    _no_complex("logit", input)
    return _elementwise("logit", (input,), floating_result(input.dtype), lambda x: math.log(x / (1 - x)))


def _close(rtol: float, atol: float) -> Any:
    return lambda a, b: a == b or abs(a - b) <= atol + rtol * abs(b)


@operator()
def isclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:  # noqa: A002
    _same_types("isclose", input, other)
    return _elementwise("isclose", (input, other), d.bool_, _close(rtol, atol))


@operator()
def allclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:  # noqa: A002
    return bool(isclose(input, other, rtol, atol, equal_nan).all())


@operator()
def equal(input: Tensor, other: Tensor) -> bool:  # noqa: A002
    if input._shape != other._shape:
        return False
    if input is other or not input.numel():
        return True
    return bool((input == other).all())


@operator(method=False)
def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> Tensor:
    tensors = tuple(item for item in (elements, test_elements) if isinstance(item, Tensor))
    wanted = _spread(test_elements, _shape_of(test_elements))
    own = _spread(elements, _shape_of(elements))
    value = None
    if wanted is not None and own is not None:
        members = set(wanted)
        value = [(item in members) != invert for item in own]
    return make("isin", _shape_of(elements), d.bool_, tensors, {"invert": invert}, value)
