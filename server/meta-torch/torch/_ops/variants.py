"""Other spellings of operators that live elsewhere: `*_copy`, `unsafe_*`, quantized stand-ins, methods of layer functions."""

from __future__ import annotations

from typing import Any

from .._meta import dtype as d
from .._meta import shape as s
from .._meta.promotion import floating_result, result_type
from .._tensor import Tensor, fresh
from .legacy import construct
from .movement import as_strided
from .registry import functions, make, make_many, operator, overwrite, reshaping


def _copies(name: str) -> None:
    """`permute_copy` is `permute` followed by a copy."""
    of = functions.get(name) or getattr(Tensor, name)

    def implementation(*args: Any, **options: Any) -> Any:
        result = of(*args, **options)
        return tuple(item.clone() for item in result) if isinstance(result, tuple) else result.clone()

    implementation.__name__ = f"{name}_copy"
    operator(f"{name}_copy", method=name == "narrow")(implementation)


for _name in (
    "as_strided", "detach", "diagonal", "expand", "narrow", "permute", "select", "split", "split_with_sizes", "squeeze", "t",
    "transpose", "unbind", "unfold", "unsqueeze", "view_as_complex", "view_as_real", "view",
):
    _copies(_name)
for _name in ("chunk", "split", "split_with_sizes"):
    operator(f"unsafe_{_name}")(functions[_name])

Tensor.as_strided_ = reshaping(as_strided, "as_strided")  # type: ignore[attr-defined]


def _elsewhere(name: str) -> None:
    def method(self: Tensor, *args: Any, **options: Any) -> Any:
        from ..nn import functional

        return getattr(functional, name)(self, *args, **options)

    method.__name__ = name
    operator(name, function=False)(method)


_elsewhere("prelu")
_elsewhere("hardshrink")


def _gamma(name: str) -> None:
    def implementation(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:  # noqa: A002
        shape = s.broadcast(input._shape, other._shape)
        return make(name, shape, floating_result(result_type((input, other))), (input, other))

    implementation.__name__ = name
    operator(name, in_place=True)(implementation)


_gamma("igamma")
_gamma("igammac")


@operator()
def is_nonzero(input: Tensor) -> bool:  # noqa: A002
    if input.numel() != 1:
        raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")
    return bool(input)


@operator()
def is_same_size(input: Tensor, other: Tensor) -> bool:  # noqa: A002
    return input._shape == other._shape


@operator("get_device", method=False)
def get_device(input: Tensor) -> int:  # noqa: A002
    return -1 if input.device.type == "cpu" else input.device.index or 0


Tensor.get_device = get_device  # type: ignore[attr-defined]


@operator("new", function=False)
def new(self: Tensor, *args: Any, **options: Any) -> Tensor:
    return construct(Tensor, self.dtype, args, options)


@operator("new_empty_strided", function=False)
def new_empty_strided(self: Tensor, size: Any, stride: Any, **options: Any) -> Tensor:
    return self.new_empty(size, **options)


@operator("polygamma_", function=False)
def polygamma_(self: Tensor, n: int) -> Tensor:
    return overwrite(self, functions["polygamma"](n, self))


for _name in ("to_sparse", "to_sparse_coo", "to_sparse_csr", "to_sparse_csc", "to_mkldnn", "align_as", "rename_", "dequantize"):
    operator(_name, function=_name == "dequantize")(lambda self, *args, **options: self)
operator("record_stream", function=False)(lambda self, stream: None)
operator("has_names", function=False)(lambda self: False)
operator("values", function=False)(lambda self: self)


@operator("sparse_coo_tensor", method=False)
def sparse_coo_tensor(indices: Any, values: Any, size: Any = None, *, dtype: Any = None, device: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    """A dense tensor of the same shape: sparsity is not counted."""
    content = values if isinstance(values, Tensor) else functions["tensor"](values)
    if size is None:
        raise RuntimeError("sparse_coo_tensor: the size must be given, since it would depend on data")
    return fresh(s.sizes((size,)), dtype or content.dtype, content.device, None, requires_grad)


@operator("frombuffer", method=False)
def frombuffer(buffer: Any, *, dtype: d.dtype, count: int = -1, offset: int = 0, requires_grad: bool = False) -> Tensor:
    length = count if count >= 0 else (len(buffer) - offset) // dtype.itemsize
    return fresh((length,), dtype)


@operator("fake_quantize_per_tensor_affine", "fake_quantize_per_channel_affine", method=False)
def fake_quantize(input: Tensor, scale: Any, zero_point: Any, *rest: Any) -> Tensor:  # noqa: A002
    return make("fake_quantize", input._shape, input.dtype, (input,))


@operator("binomial", method=False)
def binomial(count: Tensor, prob: Tensor, generator: Any = None) -> Tensor:
    return make("binomial", s.broadcast(count._shape, prob._shape), count.dtype, (count, prob))


@operator("norm_except_dim", method=False)
def norm_except_dim(v: Tensor, pow: int = 2, dim: int = 0) -> Tensor:  # noqa: A002
    """Norm over all dimensions but one, as weight normalization has it."""
    axis = s.axis(dim, len(v._shape)) if dim >= 0 else None
    shape = () if axis is None else tuple(extent if place == axis else 1 for place, extent in enumerate(v._shape))
    return make("norm", shape, v.dtype, (v,), {"dim": dim})


@operator("frobenius_norm", "nuclear_norm", method=False)
def frobenius_norm(input: Tensor, dim: Any = None, keepdim: bool = False, *, out: Any = None) -> Tensor:  # noqa: A002
    return functions["norm"](input, "fro", dim or None, keepdim)


@operator("lu_solve")
def lu_solve(b: Tensor, LU_data: Tensor, LU_pivots: Tensor, *, out: Any = None) -> Tensor:  # noqa: N803
    if LU_data._shape[-1] != b._shape[-2]:
        raise RuntimeError("linalg.lu_solve: Incompatible shapes")
    batch = s.broadcast(b._shape[:-2], LU_data._shape[:-2])
    return make("lu_solve", batch + b._shape[-2:], b.dtype, (b, LU_data, LU_pivots))


@operator("lu_unpack", method=False)
def lu_unpack(LU_data: Tensor, LU_pivots: Tensor, unpack_data: bool = True, unpack_pivots: bool = True, *, out: Any = None) -> tuple:  # noqa: N803
    batch, (rows, columns) = LU_data._shape[:-2], LU_data._shape[-2:]
    inner = min(rows, columns)
    return tuple(make_many("lu_unpack", (LU_data, LU_pivots), [
        (batch + (rows, rows) if unpack_pivots else (0,), LU_data.dtype, None),
        (batch + (rows, inner) if unpack_data else (0,), LU_data.dtype, None),
        (batch + (inner, columns) if unpack_data else (0,), LU_data.dtype, None),
    ]))


@operator("ormqr")
def ormqr(input: Tensor, tau: Tensor, other: Tensor, left: bool = True, transpose: bool = False, *, out: Any = None) -> Tensor:  # noqa: A002
    return make("ormqr", other._shape, input.dtype, (input, tau, other))


@operator("segment_reduce", method=False)
def segment_reduce(data: Tensor, reduce: str, *, lengths: Any = None, axis: int = 0, **options: Any) -> Tensor:
    count = lengths._shape[-1] if isinstance(lengths, Tensor) else data._shape[axis]
    return make("segment_reduce", data._shape[:axis] + (count,) + data._shape[axis + 1 :], data.dtype, (data,), {"reduce": reduce})


Tensor.__reversed__ = lambda self: functions["flip"](self, 0) if self._shape else self  # type: ignore[attr-defined]
