"""Reductions: sums, means, extrema, norms, truth. Dimensions are wrapped and checked as torch does."""

from __future__ import annotations

import itertools
import math
from typing import Any, Callable

from .._meta import dtype as d
from .._meta import shape as s
from .._meta import values
from .._meta.promotion import floating_result, result_type
from .._tensor import Tensor
from .named import Pair
from .registry import cast_list, long_name, make, make_many, operator
from .spread import any_of, indices_of


def reduced_shape(shape: tuple, dims: list[int], keepdim: bool) -> tuple:
    if keepdim:
        return tuple(1 if axis in dims else extent for axis, extent in enumerate(shape))
    return tuple(extent for axis, extent in enumerate(shape) if axis not in dims)


def _reduced_value(input: Tensor, dims: list[int], function: Callable) -> list | None:  # noqa: A002
    if input._value is None:
        return None
    shape = input._shape
    strides = values.strides_of(shape)
    kept = [axis for axis in range(len(shape)) if axis not in dims]
    starts = values.gather(values.POSITIONS, [shape[a] for a in kept], [strides[a] for a in kept], 0)
    inner = values.gather(values.POSITIONS, [shape[a] for a in dims], [strides[a] for a in dims], 0)
    try:
        return [function([input._value[start + step] for step in inner]) for start in starts]
    except (ArithmeticError, ValueError):
        return None


def _reduce(
    name: str, input: Tensor, dim: Any, keepdim: bool, kind: d.dtype, function: Callable | None = None  # noqa: A002
) -> Tensor:
    dims = s.axes(dim, len(input._shape))
    value = cast_list(_reduced_value(input, dims, function), kind) if function is not None else None
    attributes = {"dim": dims, "keepdim": keepdim}
    return make(name, reduced_shape(input._shape, dims, keepdim), kind, (input,), attributes, value)


def _sum_type(kind: d.dtype) -> d.dtype:
    return d.int64 if kind.category in (d.BOOL, d.INTEGER) else kind


@operator("sum")
def sum_(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: d.dtype | None = None, axis: Any = None, out: Any = None) -> Tensor:  # noqa: A002
    return any_of(_reduce("sum", input, dim if axis is None else axis, keepdim, dtype or _sum_type(input.dtype), sum), input)


@operator()
def nansum(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: d.dtype | None = None) -> Tensor:  # noqa: A002
    if input.dtype.category == d.COMPLEX:
        raise RuntimeError("nansum does not support complex inputs")
    return _reduce("nansum", input, dim, keepdim, dtype or _sum_type(input.dtype))


@operator()
def prod(input: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: d.dtype | None = None) -> Tensor:  # noqa: A002
    return _reduce("prod", input, dim, keepdim, dtype or _sum_type(input.dtype), math.prod)


def _floating_only(name: str, kind: d.dtype) -> None:
    if kind.category in (d.BOOL, d.INTEGER):
        raise RuntimeError(
            f"{name}(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {long_name(kind)}"
        )


@operator()
def mean(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: d.dtype | None = None, axis: Any = None, out: Any = None) -> Tensor:  # noqa: A002
    if dtype is None:
        _floating_only("mean", input.dtype)
    return _reduce("mean", input, dim if axis is None else axis, keepdim, dtype or input.dtype, lambda v: sum(v) / len(v))


@operator()
def nanmean(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: d.dtype | None = None) -> Tensor:  # noqa: A002
    if input.dtype.category != d.FLOAT:
        raise RuntimeError(f"nanmean(): expected input to have floating point dtype but got {long_name(input.dtype)}")
    return _reduce("nanmean", input, dim, keepdim, dtype or input.dtype)


def _variance(name: str) -> None:
    def implementation(input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = 1, axis: Any = None, out: Any = None) -> Tensor:  # noqa: A002
        if isinstance(dim, bool):  # var(unbiased)
            dim = None
        _needs_floating(name, input.dtype)
        return _reduce(name, input, dim if axis is None else axis, keepdim, input.dtype.to_real())

    implementation.__name__ = name
    operator(name)(implementation)

    def with_mean(input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = 1) -> tuple:  # noqa: A002
        if isinstance(dim, bool):
            dim = None
        _needs_floating(name, input.dtype)
        return (
            _reduce(name, input, dim, keepdim, input.dtype.to_real()),
            _reduce("mean", input, dim, keepdim, input.dtype),
        )

    operator(f"{name}_mean", method=False)(with_mean)


def _needs_floating(name: str, kind: d.dtype) -> None:
    if kind.category in (d.BOOL, d.INTEGER):
        raise RuntimeError(f"{name} only support floating point and complex dtypes")


_variance("var")
_variance("std")


def _ordered(name: str, kind: d.dtype) -> None:
    if kind.category == d.COMPLEX:
        raise RuntimeError(f"\"{name}_cpu\" not implemented for '{long_name(kind)}'")


def _truth(name: str, function: Callable) -> None:
    def implementation(input: Tensor, dim: Any = None, keepdim: bool = False, *, out: Any = None) -> Tensor:  # noqa: A002
        kind = d.uint8 if input.dtype is d.uint8 else d.bool_
        result = _reduce(name, input, dim, keepdim, kind, function)
        return any_of(result, input) if name == "any" else result

    implementation.__name__ = name
    operator(name)(implementation)


_truth("any", any)
_truth("all", all)


def _extreme(name: str, function: Callable) -> None:
    def implementation(input: Tensor, dim: Any = None, keepdim: bool = False, *, out: Any = None, other: Any = None) -> Any:  # noqa: A002
        if isinstance(dim, Tensor) or other is not None:
            return getattr(input, "maximum" if name == "max" else "minimum")(other if other is not None else dim)
        _ordered(name, input.dtype)
        if dim is None:
            if input.numel() == 0:
                raise RuntimeError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.")
            return _reduce(name, input, None, False, input.dtype, function)
        return _with_indices(name, input, dim, keepdim)

    implementation.__name__ = name
    operator(name)(implementation)

    def along(input: Tensor, dim: Any = (), keepdim: bool = False, *, out: Any = None) -> Tensor:  # noqa: A002
        _ordered(f"{name}_values", input.dtype)
        dims = s.axes(dim, len(input._shape))
        if any(input._shape[axis] == 0 for axis in dims if input._shape):
            raise IndexError(f"a{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.")
        return _reduce(f"a{name}", input, dim, keepdim, input.dtype, function)

    along.__name__ = f"a{name}"
    operator(f"a{name}")(along)

    def position(input: Tensor, dim: int | None = None, keepdim: bool = False, *, out: Any = None) -> Tensor:  # noqa: A002
        _ordered(f"arg{name}", input.dtype)
        if input.dtype is d.bool_ and (dim is None or input._shape[dim : dim + 1] != (1,)):
            raise RuntimeError(f"\"arg{name}_cpu\" not implemented for 'Bool'")
        if dim is None:
            if input.numel() == 0:
                raise IndexError(f"arg{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.")
            return _reduce(f"arg{name}", input, None, keepdim, d.int64, lambda line: line.index(function(line)))
        axis = s.axis(dim, len(input._shape))
        if input._shape and input._shape[axis] == 0:
            raise IndexError(f"arg{name}(): Expected reduction dim {axis} to have non-zero size.")
        return _reduce(f"arg{name}", input, dim, keepdim, d.int64, lambda line: line.index(function(line)))

    position.__name__ = f"arg{name}"
    operator(f"arg{name}")(position)


def _with_indices(name: str, input: Tensor, dim: int, keepdim: bool) -> Pair:  # noqa: A002
    dims = [s.axis(s.index(dim), len(input._shape))]
    if input._shape and input._shape[dims[0]] == 0:
        raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size.")
    shape = reduced_shape(input._shape, dims, keepdim)
    attributes = {"dim": dims, "keepdim": keepdim}
    items = places = None
    choose = {"max": max, "min": min}.get(name)
    if choose is not None and input._value is not None:
        items = _reduced_value(input, dims if input._shape else [], choose)
        places = _reduced_value(input, dims if input._shape else [], lambda line: line.index(choose(line)))
    kept, indices = make_many(name, (input,), [(shape, input.dtype, items), (shape, d.int64, places)], attributes)
    return Pair(kept, indices_of(indices, input._shape[dims[0]] if input._shape else 1))


_extreme("max", max)
_extreme("min", min)


def _selection(name: str) -> None:
    def implementation(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:  # noqa: A002
        _ordered(name, input.dtype)
        if input.dtype is d.bool_ and name != "mode":
            raise RuntimeError(f"\"{name}_cpu\" not implemented for 'Bool'")
        if dim is None and name != "mode":
            return _reduce(name, input, None, False, input.dtype)
        return _with_indices(name, input, -1 if dim is None else dim, keepdim)

    implementation.__name__ = name
    operator(name)(implementation)


for _name in ("median", "nanmedian", "mode"):
    _selection(_name)


@operator()
def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Pair:  # noqa: A002
    axis = s.axis(dim, len(input._shape))
    if input._shape and not 1 <= k <= input._shape[axis]:
        raise RuntimeError("selected number k out of range for dimension " + str(axis))
    return _with_indices("kthvalue", input, dim, keepdim)


@operator()
def aminmax(input: Tensor, *, dim: int | None = None, keepdim: bool = False) -> tuple:  # noqa: A002
    _ordered("aminmax", input.dtype)
    if input.numel() == 0 and (dim is None or input._shape[s.axis(dim, len(input._shape))] == 0):
        raise RuntimeError("aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.")
    return _reduce("amin", input, dim, keepdim, input.dtype), _reduce("amax", input, dim, keepdim, input.dtype)


@operator()
def norm(input: Tensor, p: Any = "fro", dim: Any = None, keepdim: bool = False, out: Any = None, dtype: d.dtype | None = None) -> Tensor:  # noqa: A002
    if (dtype or input.dtype).category < d.FLOAT:
        raise RuntimeError(f"norm(): input dtype should be either floating point or complex. Got {long_name(input.dtype)} instead.")
    return _reduce("norm", input, dim, keepdim, dtype or floating_result(input.dtype).to_real())


@operator()
def logsumexp(input: Tensor, dim: Any, keepdim: bool = False, *, out: Any = None) -> Tensor:  # noqa: A002
    return _reduce("logsumexp", input, dim, keepdim, floating_result(input.dtype))


@operator()
def count_nonzero(input: Tensor, dim: Any = None) -> Tensor:  # noqa: A002
    return _reduce("count_nonzero", input, dim, False, d.int64, lambda v: sum(1 for item in v if item))


@operator()
def quantile(input: Tensor, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear", out: Any = None) -> Tensor:  # noqa: A002
    dims = s.axes(dim, len(input._shape))
    shape = reduced_shape(input._shape, dims, keepdim)
    levels = q._shape if isinstance(q, Tensor) else ()
    return make("quantile", levels + shape, input.dtype, (input,), {"dim": dims, "keepdim": keepdim})


@operator()
def dist(input: Tensor, other: Tensor, p: float = 2) -> Tensor:  # noqa: A002
    if input.dtype is d.bool_ or other.dtype is d.bool_:
        raise RuntimeError("Subtraction, the `-` operator, with a bool tensor is not supported.")
    kind = result_type((input, other))
    s.broadcast(input._shape, other._shape)
    if kind.category < d.FLOAT:
        raise RuntimeError(f"norm(): input dtype should be either floating point or complex. Got {long_name(kind)} instead.")
    return make("dist", (), kind.to_real(), (input, other))


def _cumulative(name: str, function: Callable | None) -> None:
    def implementation(input: Tensor, dim: int, *, dtype: d.dtype | None = None, out: Any = None) -> Tensor:  # noqa: A002
        axis = s.axis(s.index(dim), len(input._shape))
        value = None
        if function is not None and input._value is not None:
            value = values.along(input._value, input._shape, axis, lambda line: list(itertools.accumulate(line, function)))
        if name == "logcumsumexp" and input.dtype.category < d.FLOAT:
            raise RuntimeError(f"\"logcumsumexp_out_cpu\" not implemented for '{long_name(input.dtype)}'")
        kind = dtype or (_sum_type(input.dtype) if name != "logcumsumexp" else floating_result(input.dtype))
        return make(name, input._shape, kind, (input,), {"dim": axis}, cast_list(value, kind))

    implementation.__name__ = name
    operator(name, in_place=True)(implementation)


_cumulative("cumsum", lambda a, b: a + b)
_cumulative("cumprod", lambda a, b: a * b)
_cumulative("logcumsumexp", None)


def _running_extreme(name: str) -> None:
    def implementation(input: Tensor, dim: int, *, out: Any = None) -> Pair:  # noqa: A002
        _ordered(name, input.dtype)
        axis = s.axis(dim, len(input._shape))
        outputs = [(input._shape, input.dtype, None), (input._shape, d.int64, None)]
        return Pair(*make_many(name, (input,), outputs, {"dim": axis}))

    implementation.__name__ = name
    operator(name)(implementation)


_running_extreme("cummax")
_running_extreme("cummin")
