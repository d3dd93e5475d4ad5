"""Matrix products, with torch's complaints about their shapes."""

from __future__ import annotations

from typing import Any

from .._meta import autocast
from .._meta import dtype as d
from .._meta import shape as s
from .._meta.promotion import promote_types
from .._tensor import Tensor
from .registry import make, operator


def _same_type(name: str, left: Tensor, right: Tensor) -> Any:
    if left.dtype is d.bool_ and name != "tensordot":
        raise RuntimeError("\"addmm_impl_cpu_\" not implemented for 'Bool'")
    if autocast.state.active:
        kind = autocast.compute_type(left.device.type, left.dtype)
        if kind is autocast.compute_type(right.device.type, right.dtype):
            return kind
    if left.dtype is right.dtype:
        return left.dtype
    raise RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {_c_name(left)} != {_c_name(right)}")


def _c_name(tensor: Tensor) -> str:
    return {"float32": "float", "float64": "double", "float16": "c10::Half", "bfloat16": "c10::BFloat16", "int64": "long int"}.get(
        tensor.dtype.name, tensor.dtype.name
    )


def _text(shape: tuple) -> str:
    return "x".join(str(extent) for extent in shape)


@operator()
def mm(input: Tensor, mat2: Tensor, *, out: Any = None, out_dtype: Any = None) -> Tensor:  # noqa: A002
    a, b = input._shape, mat2._shape
    if len(a) != 2:
        raise RuntimeError("self must be a matrix")
    if len(b) != 2:
        raise RuntimeError("mat2 must be a matrix")
    if a[1] != b[0]:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({_text(a)} and {_text(b)})")
    return make("mm", (a[0], b[1]), out_dtype or _same_type("mm", input, mat2), (input, mat2))


@operator()
def bmm(input: Tensor, mat2: Tensor, *, out: Any = None) -> Tensor:  # noqa: A002
    a, b = input._shape, mat2._shape
    if len(a) != 3 or len(b) != 3:
        raise RuntimeError("batch1 must be a 3D tensor" if len(a) != 3 else "batch2 must be a 3D tensor")
    if a[0] != b[0] or a[2] != b[1]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{a[0]}, {a[2]}] but got: [{b[0]}, {b[1]}]."
        )
    return make("bmm", (a[0], a[1], b[2]), _same_type("bmm", input, mat2), (input, mat2))


@operator()
def mv(input: Tensor, vec: Tensor, *, out: Any = None) -> Tensor:  # noqa: A002
    a, b = input._shape, vec._shape
    if len(a) != 2 or len(b) != 1 or a[1] != b[0]:
        raise RuntimeError(f"size mismatch, got input ({a[0] if a else 0}), mat ({_text(a)}), vec ({_text(b)})")
    return make("mv", (a[0],), _same_type("mv", input, vec), (input, vec))


@operator("dot", "vdot")
def dot(input: Tensor, tensor: Tensor, *, out: Any = None) -> Tensor:  # noqa: A002
    a, b = input._shape, tensor._shape
    if len(a) != 1 or len(b) != 1:
        raise RuntimeError(f"1D tensors expected, but got {len(a)}D and {len(b)}D tensors")
    if a != b:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{a[0]}] and src [{b[0]}] to have the same number of elements, but got "
            f"{a[0]} and {b[0]} elements respectively"
        )
    return make("dot", (), _same_type("dot", input, tensor), (input, tensor))


def matmul_shape(a: tuple, b: tuple) -> tuple:
    """Shape of `a @ b`, by the rules of torch.matmul's documentation."""
    if not a or not b:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {len(a)}D and {len(b)}D")
    left = (1,) + a if len(a) == 1 else a
    right = b + (1,) if len(b) == 1 else b
    if left[-1] != right[-2]:
        if len(a) == 1 and len(b) == 1:
            raise RuntimeError(
                f"inconsistent tensor size, expected tensor [{a[0]}] and src [{b[0]}] to have the same number of elements, but "
                f"got {a[0]} and {b[0]} elements respectively"
            )
        if len(b) <= 2 or len(a) <= 2:
            flat = (s.count(left[:-1]), left[-1]) if len(b) <= 2 else left[-2:]
            raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({_text(flat)} and {_text(right[-2:])})")
        batch = s.count(left[:-2])
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{batch}, {left[-1]}] but got: "
            f"[{batch}, {right[-2]}]."
        )
    batch = s.broadcast(left[:-2], right[:-2])
    rows = () if len(a) == 1 else (left[-2],)
    columns = () if len(b) == 1 else (right[-1],)
    return batch + rows + columns


@operator()
def matmul(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:  # noqa: A002
    return make("matmul", matmul_shape(input._shape, other._shape), _same_type("matmul", input, other), (input, other))


def _matmul(self: Tensor, other: Any) -> Any:
    return matmul(self, other) if isinstance(other, Tensor) else NotImplemented


def _right_matmul(self: Tensor, other: Any) -> Any:
    return matmul(other, self) if isinstance(other, Tensor) else NotImplemented


Tensor.__matmul__ = _matmul  # type: ignore[attr-defined]
Tensor.__rmatmul__ = _right_matmul  # type: ignore[attr-defined]


@operator("addmm", in_place=True)
def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Any = 1, alpha: Any = 1, out: Any = None) -> Tensor:  # noqa: A002
    a, b = mat1._shape, mat2._shape
    if len(a) != 2 or len(b) != 2 or a[1] != b[0]:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({_text(a)} and {_text(b)})")
    shape = (a[0], b[1])
    _must_expand(input._shape, shape)
    return make("addmm", shape, _same_type("addmm", mat1, mat2), (input, mat1, mat2))


def _must_expand(source: tuple, target: tuple) -> None:
    if s.broadcast(source, target) != target:
        raise RuntimeError(f"The expanded size of the tensor must match the existing size: {list(source)} to {list(target)}")


@operator("baddbmm", in_place=True)
def baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Any = 1, alpha: Any = 1, out: Any = None) -> Tensor:  # noqa: A002
    a, b = batch1._shape, batch2._shape
    if len(a) != 3 or len(b) != 3:
        raise RuntimeError("batch1 must be a 3D tensor" if len(a) != 3 else "batch2 must be a 3D tensor")
    if a[0] != b[0] or a[2] != b[1]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{a[0]}, {a[-1]}] but got: [{b[0]}, {b[1]}]."
        )
    shape = (a[0], a[1], b[2])
    _must_expand(input._shape, shape)
    return make("baddbmm", shape, _same_type("baddbmm", batch1, batch2), (input, batch1, batch2))


@operator("addmv", in_place=True)
def addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:  # noqa: A002
    result = (mat._shape[0],)
    if mat._shape[1] != vec._shape[0]:
        raise RuntimeError(f"size mismatch, got input ({result[0]}), mat ({_text(mat._shape)}), vec ({vec._shape[0]})")
    _must_expand(input._shape, result)
    return make("addmv", result, promote_types(mat.dtype, vec.dtype), (input, mat, vec))


@operator("outer", "ger")
def outer(input: Tensor, vec2: Tensor, *, out: Any = None) -> Tensor:  # noqa: A002
    if len(input._shape) != 1 or len(vec2._shape) != 1:
        raise RuntimeError(f"outer: Expected 1-D argument self, but got {len(input._shape)}-D")
    return make("outer", input._shape + vec2._shape, promote_types(input.dtype, vec2.dtype), (input, vec2))


@operator()
def inner(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:  # noqa: A002
    a, b = input._shape, other._shape
    if not a or not b:
        return input * other
    if a[-1] != b[-1]:
        raise RuntimeError(
            f"inner() the last dimension must match on both input tensors but got shapes {list(a)} and {list(b)}"
        )
    return make("inner", a[:-1] + b[:-1], _same_type("inner", input, other), (input, other))


@operator(method=False)
def tensordot(a: Tensor, b: Tensor, dims: Any = 2, out: Any = None) -> Tensor:
    if isinstance(dims, int):
        left, right = list(range(len(a._shape) - dims, len(a._shape))), list(range(dims))
    else:
        left, right = ([s.index(x) for x in part] if hasattr(part, "__iter__") else [part] for part in dims)
    left = [s.axis(axis, len(a._shape)) for axis in left]
    right = [s.axis(axis, len(b._shape)) for axis in right]
    for i, j in zip(left, right):
        if a._shape[i] != b._shape[j] and 1 not in (a._shape[i], b._shape[j]):
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {a._shape[i]} in dim {i} and second has size "
                f"{b._shape[j]} in dim {j}"
            )
    shape = tuple(e for i, e in enumerate(a._shape) if i not in left) + tuple(e for j, e in enumerate(b._shape) if j not in right)
    return make("tensordot", shape, _same_type("tensordot", a, b), (a, b), {"dims": [left, right]})


@operator()
def kron(input: Tensor, other: Tensor) -> Tensor:  # noqa: A002
    rank = max(len(input._shape), len(other._shape))
    a = (1,) * (rank - len(input._shape)) + input._shape
    b = (1,) * (rank - len(other._shape)) + other._shape
    return make("kron", tuple(x * y for x, y in zip(a, b)), promote_types(input.dtype, other.dtype), (input, other))


@operator("chain_matmul", method=False)
def chain_matmul(*matrices: Tensor) -> Tensor:
    result = matrices[0]
    for matrix in matrices[1:]:
        result = mm(result, matrix)
    return result


@operator(method=False)
def cdist(x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: Any = None) -> Tensor:
    if x1._shape[-1] != x2._shape[-1]:
        raise RuntimeError(f"X1 and X2 must have the same number of columns. X1: {x1._shape[-1]} X2: {x2._shape[-1]}")
    batch = s.broadcast(x1._shape[:-2], x2._shape[:-2])
    return make("cdist", batch + (x1._shape[-2], x2._shape[-2]), x1.dtype, (x1, x2))


