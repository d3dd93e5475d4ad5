"""Smaller operators that fit no other family: mvlgamma, polygamma, bilinear pieces, autograd helpers, complex checks."""

from __future__ import annotations

from typing import Any

from .._meta import dtype as d
from .._meta import shape as s
from .._meta.promotion import floating_result, promote_types
from .._tensor import Tensor
from .registry import functions, make, operator


@operator("mvlgamma", "special_multigammaln", in_place=True)
def mvlgamma(input: Tensor, p: int, *, out: Any = None) -> Tensor:  # noqa: A002
    return make("mvlgamma", input._shape, floating_result(input.dtype), (input,), {"p": p})


@operator("polygamma", method=False)
def polygamma(n: int, input: Tensor, *, out: Any = None) -> Tensor:  # noqa: A002
    return make("polygamma", input._shape, floating_result(input.dtype), (input,), {"n": n})


operator("polygamma", function=False)(lambda self, n: polygamma(n, self))


@operator(in_place=True)
def addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Any = 1, alpha: Any = 1, out: Any = None) -> Tensor:  # noqa: A002
    a, b = batch1._shape, batch2._shape
    if len(a) != 3 or len(b) != 3:
        raise RuntimeError("batch1 must be a 3D tensor")
    if a[0] != b[0] or a[2] != b[1]:
        raise RuntimeError(f"Incompatible matrix sizes for bmm ({a[1]}x{a[2]} and {b[1]}x{b[2]})")
    shape = (a[1], b[2])
    if s.broadcast(input._shape, shape) != shape:
        raise RuntimeError(f"The expanded size of the tensor must match the existing size: {list(input._shape)} to {list(shape)}")
    return make("addbmm", shape, batch1.dtype, (input, batch1, batch2))


@operator(in_place=True)
def addr(input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Any = 1, alpha: Any = 1, out: Any = None) -> Tensor:  # noqa: A002
    if len(vec1._shape) != 1 or len(vec2._shape) != 1:
        raise RuntimeError("addr: Expected 1-D argument vec1")
    shape = vec1._shape + vec2._shape
    if s.broadcast(input._shape, shape) != shape:
        raise RuntimeError(f"size mismatch, input: {list(input._shape)}, v1: {list(vec1._shape)}, v2: {list(vec2._shape)}")
    kind = promote_types(input.dtype, promote_types(vec1.dtype, vec2.dtype))
    return make("addr", shape, kind, (input, vec1, vec2))


@operator("frexp")
def frexp(input: Tensor) -> tuple:  # noqa: A002
    if input.dtype.category != d.FLOAT:
        raise RuntimeError("torch.frexp() only supports floating-point dtypes")
    return make("frexp", input._shape, input.dtype, (input,)), make("frexp", input._shape, d.int32, (input,))


@operator("nanquantile")
def nanquantile(input: Tensor, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear", out: Any = None) -> Tensor:  # noqa: A002
    return functions["quantile"](input, q, dim, keepdim)


@operator("sum_to_size", function=False)
def sum_to_size(self: Tensor, *size: Any) -> Tensor:
    shape = s.sizes(size)
    if s.broadcast(shape, self._shape) != self._shape:
        raise RuntimeError(f"size {list(shape)} is not expandable to size {list(self._shape)}.")
    return make("sum", shape, self.dtype, (self,), {"shape": list(shape)})


@operator("fill_diagonal_", function=False)
def fill_diagonal_(self: Tensor, fill_value: Any, wrap: bool = False) -> Tensor:
    if len(self._shape) < 2:
        raise RuntimeError("dimensions must larger than 1")
    self._value = None
    return self


@operator("map_", "map2_", "apply_", function=False)
def apply_(self: Tensor, *args: Any) -> Tensor:
    self._value = None
    return self


@operator("constant_pad_nd", method=False)
def constant_pad_nd(input: Tensor, pad: Any, value: Any = 0) -> Tensor:  # noqa: A002
    shape = list(input._shape)
    amounts = [s.index(item) for item in pad]
    if len(amounts) % 2 or len(amounts) > 2 * len(shape):
        raise RuntimeError("Length of pad must be even and not more than twice the number of dimensions of the input.")
    for position in range(len(amounts) // 2):
        axis = len(shape) - 1 - position
        shape[axis] += amounts[2 * position] + amounts[2 * position + 1]
        if shape[axis] < 0:
            raise RuntimeError(f"The input size {input._shape[axis]}, plus negative padding resulted in a negative output size")
    return make("pad", tuple(shape), input.dtype, (input,), {"pad": amounts, "mode": "constant"})

