"""Complex tensors seen as pairs of real numbers, and their parts."""

from __future__ import annotations

from typing import Any

from .._meta import dtype as d
from .._meta.promotion import floating_result
from .._tensor import Tensor
from .registry import make, operator


@operator(method=False)
def view_as_real(input: Tensor) -> Tensor:  # noqa: A002
    if input.dtype.category != d.COMPLEX:
        raise RuntimeError("view_as_real is only supported for complex tensors")
    return make("view_as_real", input._shape + (2,), input.dtype.to_real(), (input,))


@operator(method=False)
def view_as_complex(input: Tensor) -> Tensor:  # noqa: A002
    if input.dtype not in (d.float16, d.float32, d.float64):
        raise RuntimeError(
            f"view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: {input.dtype.name}"
        )
    if not input._shape or input._shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    return make("view_as_complex", input._shape[:-1], input.dtype.to_complex(), (input,))


@operator(method=False)
def real(input: Tensor) -> Tensor:  # noqa: A002
    if input.dtype.category != d.COMPLEX:
        return input
    return make("real", input._shape, input.dtype.to_real(), (input,))


@operator(method=False)
def imag(input: Tensor) -> Tensor:  # noqa: A002
    if input.dtype.category != d.COMPLEX:
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return make("imag", input._shape, input.dtype.to_real(), (input,))


Tensor.real = property(real)  # type: ignore[attr-defined]
Tensor.imag = property(imag)  # type: ignore[attr-defined]


@operator()
def angle(input: Tensor, *, out: Any = None) -> Tensor:  # noqa: A002
    return make("angle", input._shape, floating_result(input.dtype).to_real(), (input,))


@operator("is_conj", "is_neg")
def is_conj(input: Tensor) -> bool:  # noqa: A002
    return False


