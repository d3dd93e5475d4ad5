"""Differences, integrals and statistics over a dimension: diff, trapezoid, cross, cov, renorm, vander and their kin."""

from __future__ import annotations

from typing import Any

from .._meta import autocast
from .._meta import dtype as d
from .._meta import shape as s
from .._meta import values
from .._meta.promotion import floating_result, result_type
from .._tensor import Tensor
from .registry import functions, long_name, make, operator


def _softmax(name: str) -> None:
    def implementation(input: Tensor, dim: int, dtype: Any = None, *, _stacklevel: int = 3, out: Any = None) -> Tensor:  # noqa: A002
        axis = s.axis(s.index(dim), len(input._shape))
        kind = dtype or input.dtype
        if kind.category != d.FLOAT:
            raise RuntimeError(f"\"{name}_lastdim_kernel_impl\" not implemented for '{long_name(kind)}'")
        if autocast.state.active and dtype is None:
            kind = autocast.full_type(name, input.device.type, kind)
        return make(name, input._shape, kind, (input,), {"dim": axis})

    implementation.__name__ = name
    operator(name)(implementation)


_softmax("softmax")
_softmax("log_softmax")


@operator()
def cross(input: Tensor, other: Tensor, dim: int | None = None, *, out: Any = None) -> Tensor:  # noqa: A002
    if len(input._shape) != len(other._shape):
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    if input.dtype is not other.dtype:
        raise RuntimeError(f"expected scalar type {long_name(input.dtype)} but found {long_name(other.dtype)}")
    if input.dtype is d.bool_:
        raise RuntimeError("\"cross\" not implemented for 'Bool'")
    shape = s.broadcast(input._shape, other._shape)
    if dim is None:
        axis = next((position for position, extent in enumerate(input._shape) if extent == 3), -1)
        if axis < 0:
            raise RuntimeError("no dimension of size 3 in input")
    else:
        axis = s.axis(dim, len(shape))
    if input._shape[axis] != 3 or other._shape[axis] != 3:
        raise RuntimeError(f"linalg.cross: inputs dimension {axis} must have length 3. Got {input._shape[axis]} and {other._shape[axis]}")
    return make("cross", shape, input.dtype, (input, other), {"dim": axis})


@operator()
def diff(input: Tensor, n: int = 1, dim: int = -1, prepend: Tensor | None = None, append: Tensor | None = None, *, out: Any = None) -> Tensor:  # noqa: A002
    if not input._shape:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    parts = [item for item in (prepend, input, append) if item is not None]
    joined = functions["cat"](parts, dim) if len(parts) > 1 else input
    axis = s.axis(dim, len(joined._shape))
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    extent = max(0, joined._shape[axis] - n)
    shape = joined._shape[:axis] + (extent,) + joined._shape[axis + 1 :]
    value = None
    if joined._value is not None and joined.dtype is not d.bool_:
        contents, current = joined._value, list(joined._shape)
        for _ in range(min(n, joined._shape[axis])):
            contents = values.along(contents, current, axis, lambda line: [b - a for a, b in zip(line, line[1:])])
            current[axis] -= 1
        value = contents
    return make("diff", shape, joined.dtype, (joined,), {"dim": axis, "n": n}, value)


@operator(method=False)
def gradient(input: Tensor, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1) -> tuple:  # noqa: A002
    axes = s.axes(dim, len(input._shape))
    kind = floating_result(input.dtype)
    return tuple(make("gradient", input._shape, kind, (input,), {"dim": axis}) for axis in axes)


def _integral(name: str, is_cumulative: bool) -> None:
    def implementation(y: Tensor, x: Any = None, *, dx: Any = None, dim: int = -1) -> Tensor:
        if not y._shape:
            raise RuntimeError("trapezoid: y must be at least one-dimensional")
        axis = s.axis(dim, len(y._shape))
        extent = (max(0, y._shape[axis] - 1),) if is_cumulative else ()
        shape = y._shape[:axis] + extent + y._shape[axis + 1 :]
        tensors = (y, x) if isinstance(x, Tensor) else (y,)
        kind = floating_result(result_type(tensors))
        return make(name, shape, kind, tensors, {"dim": axis})

    implementation.__name__ = name
    operator(name, method=False)(implementation)


_integral("trapezoid", False)
_integral("trapz", False)
_integral("cumulative_trapezoid", True)


@operator()
def cov(input: Tensor, *, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Tensor:  # noqa: A002
    if len(input._shape) > 2:
        raise RuntimeError(f"cov(): expected input to have two or fewer dimensions but got an input with {len(input._shape)} dimensions")
    if input.dtype is d.bool_:
        raise RuntimeError("cov(): bool dtype is not supported for input")
    side = input._shape[0] if len(input._shape) == 2 else 1
    shape = () if side == 1 else (side, side)
    return make("cov", shape, floating_result(input.dtype), (input,))


@operator()
def corrcoef(input: Tensor) -> Tensor:  # noqa: A002
    return cov(input)


@operator(in_place=True)
def renorm(input: Tensor, p: float, dim: int, maxnorm: float) -> Tensor:  # noqa: A002
    if len(input._shape) < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {len(input._shape)} dimensions")
    axis = s.axis(dim, len(input._shape))
    return make("renorm", input._shape, input.dtype, (input,), {"dim": axis})


@operator(method=False)
def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:  # noqa: N803 - torch's own name
    if len(x._shape) != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    kind = d.int64 if x.dtype.category <= d.INTEGER else x.dtype
    return make("vander", (x._shape[0], x._shape[0] if N is None else N), kind, (x,))


@operator(method=False)
def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:  # noqa: A002
    import itertools
    import math

    if len(input._shape) != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(input._shape)}")
    extent = input._shape[0]
    rows = math.comb(extent + r - 1, r) if with_replacement and extent + r > 0 else math.comb(extent, r)
    value = None
    if input._value is not None and values.fits(rows * r, False):
        choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
        value = [item for row in choose(input._value, r) for item in row]
    return make("combinations", (rows, r) if r else (0,), input.dtype, (input,), {"r": r}, value)


@operator()
def matrix_power(input: Tensor, n: int) -> Tensor:  # noqa: A002
    if len(input._shape) < 2 or input._shape[-1] != input._shape[-2]:
        raise RuntimeError("linalg.matrix_power: A must be batches of square matrices")
    if input.dtype.category < d.FLOAT and n < 0:
        raise RuntimeError("linalg.inv: Expected a floating point or complex tensor as input")
    return make("matrix_power", input._shape, input.dtype, (input,), {"n": n})
