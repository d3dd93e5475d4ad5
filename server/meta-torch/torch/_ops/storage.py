"""What asks for memory: strides, contiguity, storage, numpy. Strides are those of the row-major order unless a view's."""

from __future__ import annotations

from typing import Any

from .._meta import values
from .._tensor import Tensor
from .registry import operator


def stride(self: Tensor, dim: int | None = None) -> Any:
    strides = tuple(self._strides) if self._strides else _row_major(self._shape)
    return strides if dim is None else strides[dim]


def _row_major(shape: tuple) -> tuple:
    """torch counts an empty extent as one."""
    return tuple(values.strides_of([max(extent, 1) for extent in shape]))


@operator("is_contiguous", function=False)
def is_contiguous(self: Tensor, memory_format: Any = None) -> bool:
    return not self._strides


def _constant(name: str, item: Any) -> None:
    operator(name, function=False)(lambda self, *args, **options: item)


for _name, _item in {
    "storage_offset": 0, "data_ptr": 0, "is_shared": False, "is_pinned": False, "get_device": -1, "is_set_to": False,
    "dim_order": (), "is_coalesced": False, "is_distributed": False, "_is_view": False, "sparse_dim": 0, "const_data_ptr": 0,
}.items():
    _constant(_name, _item)

for _name in ("share_memory_", "pin_memory", "coalesce", "to_dense", "refine_names", "rename", "_typed_storage"):
    operator(_name, function=False)(lambda self, *args, **options: self)

Tensor.stride = stride  # type: ignore[attr-defined]


class Storage:
    """What `x.untyped_storage()` answers: a size and an identity."""

    def __init__(self, tensor: Tensor) -> None:
        self._tensor = tensor
        self.device = tensor.device

    def nbytes(self) -> int:
        return self._tensor.nbytes

    def size(self) -> int:
        return self._tensor.nbytes

    __len__ = size

    def data_ptr(self) -> int:
        root = self._tensor
        while root._base is not None:
            root = root._base
        return id(root)

    def resize_(self, size: int) -> None:
        return None


operator("untyped_storage", "storage", function=False)(Storage)
Tensor.data_ptr = lambda self: Storage(self).data_ptr()  # type: ignore[attr-defined]


@operator("numpy", function=False)
def numpy_(self: Tensor, *, force: bool = False) -> Any:
    """An array where contents are known and a numpy is there; the tensor's own numbers otherwise."""
    if self.requires_grad and not force:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
    return self.__array__()


@operator("__array__", function=False)
def array(self: Tensor, dtype: Any = None, copy: Any = None) -> Any:
    import numpy

    if self._value is None:
        return numpy.empty(self._shape, dtype or self.dtype.name)
    return numpy.array(self.tolist(), dtype or self.dtype.name)
