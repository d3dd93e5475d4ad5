"""
The tensor: a shape, a type, a device, and nothing else but the small contents that models branch on. Methods are those
of the operator files; `torch._ops.bind` attaches them.
"""

from __future__ import annotations

import copy
from typing import Any, Iterator

from ._meta import dtype as d
from ._meta import recorder
from ._meta.shape import Shape, count
from ._meta.data_number import DataNumber
from ._meta.values import DataDependent


class Size(tuple):
    """`torch.Size`: a tuple of extents."""

    __slots__ = ()

    def numel(self) -> int:
        return count(self)

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    def __add__(self, other: Any) -> Size:
        return Size(tuple(self) + tuple(other))

    def __getitem__(self, key: Any) -> Any:
        found = tuple.__getitem__(self, key)
        return Size(found) if isinstance(key, slice) else found


class device:  # noqa: N801 - torch's own spelling
    """A device by name; all behave alike, since nothing is computed."""

    __slots__ = ("type", "index")

    def __init__(self, type: Any = "cpu", index: int | None = None) -> None:
        if isinstance(type, device):
            type, index = type.type, type.index
        elif isinstance(type, int):
            type, index = "cuda", type
        elif ":" in type:
            type, text = type.split(":", 1)
            index = int(text)
        self.type = type
        self.index = index

    def __repr__(self) -> str:
        return f"device(type='{self.type}')" if self.index is None else f"device(type='{self.type}', index={self.index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __enter__(self) -> device:
        return self

    def __exit__(self, *reason: object) -> None:
        return None


CPU = device("cpu")


#: Marks a tensor whose strides torch would choose by rules that we do not follow; it is never refused a view.
UNKNOWN_STRIDES = False


class Tensor:
    """
    Shape-only tensor. `_value` is a flat row-major list, or None where contents are not known. Class attributes are
    what most tensors have, so that making one stores two fields.
    """

    _shape: Shape
    dtype: d.dtype
    device = CPU
    requires_grad = False
    _value: list | None = None
    #: None when contiguous, element strides of a view that is not, or UNKNOWN_STRIDES.
    _strides: Any = None
    #: The tensor that this one is a view of and how to make the same view of another: writes go through to it.
    _base: Tensor | None = None
    _remake: Any = None
    #: Of unknown contents, the share expected to be true, or to equal any one number: see `_ops/spread.py`.
    _share: float | None = None
    _is_parameter = False
    grad: Any = None
    grad_fn: Any = None
    layout: Any = None
    is_sparse = False
    is_sparse_csr = False
    is_quantized = False
    is_nested = False
    is_meta = False
    is_mkldnn = False
    is_xpu = False
    is_mps = False
    is_xla = False
    is_ipu = False
    is_vulkan = False
    is_mtia = False
    names: Any = None
    volatile = False
    output_nr = 0
    _version = 0
    _backward_hooks: Any = None
    __array_priority__ = 1000

    def __new__(cls, *args: Any, **options: Any) -> Tensor:
        """The old constructor: `Tensor(2, 3)` is uninitialised of that shape, `Tensor([2, 3])` holds these numbers."""
        from ._ops.legacy import construct

        return construct(cls, d.default.floating, args, options)

    @classmethod
    def _make_subclass(cls, data: Tensor, require_grad: bool = False, *rest: Any, **options: Any) -> Any:
        """`data` under another class, as `nn.Parameter` and tensor subclasses are made."""
        made = object.__new__(cls)
        made._shape, made.dtype = data._shape, data.dtype
        if data.device is not CPU:
            made.device = data.device
        if data._value is not None:
            made._value = data._value
        if data._strides is not None:
            made._strides = data._strides
        if require_grad:
            made.requires_grad = True
        return made

    @classmethod
    def _make_wrapper_subclass(cls, size: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False, **options: Any) -> Any:
        made = object.__new__(cls)
        made._shape, made.dtype = tuple(size), dtype or d.default.floating
        made.requires_grad = requires_grad
        return made

    def as_subclass(self, cls: Any) -> Any:
        return cls._make_subclass(self, self.requires_grad)

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: tuple = (), kwargs: Any = None) -> Any:
        return func(*args, **(kwargs or {}))

    def __deepcopy__(self, memo: dict) -> Any:
        known = memo.get(id(self))
        if known is not None:
            return known
        made = object.__new__(type(self))
        memo[id(self)] = made
        for name, item in self.__dict__.items():
            if name in ("_base", "_remake", "grad_fn"):
                continue
            made.__dict__[name] = list(item) if name == "_value" and item is not None else copy.deepcopy(item, memo) if name not in _PLAIN else item
        return made

    def __copy__(self) -> Any:
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        return made

    def __reduce_ex__(self, protocol: Any) -> Any:
        return (_restore, (type(self), {name: item for name, item in self.__dict__.items() if name not in ("_base", "_remake", "grad_fn")}))

    def __dir__(self) -> Any:
        return list(object.__dir__(self))

    # Gradients: kept as flags only.

    @property
    def is_leaf(self) -> bool:
        return self.grad_fn is None

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        if requires_grad and self.dtype.category not in (d.FLOAT, d.COMPLEX):
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        self.requires_grad = requires_grad
        return self

    def backward(self, gradient: Any = None, retain_graph: Any = None, create_graph: bool = False, inputs: Any = None) -> None:
        """Nothing to compute; torch's complaint about a loss that depends on nothing stays."""
        if not self.requires_grad:
            raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
        if gradient is None and self.numel() != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")

    def retain_grad(self) -> None:
        return None

    @property
    def retains_grad(self) -> bool:
        return False

    def register_hook(self, hook: Any) -> Handle:
        return Handle()

    register_post_accumulate_grad_hook = register_hook

    def is_inference(self) -> bool:
        return False

    # Shape and type.

    @property
    def shape(self) -> Size:
        return Size(self._shape)

    def size(self, dim: int | None = None) -> Any:
        if dim is None:
            return Size(self._shape)
        rank = len(self._shape)
        if not -max(rank, 1) <= dim < max(rank, 1) or rank == 0:
            raise IndexError(f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {dim})")
        return self._shape[dim]

    @property
    def ndim(self) -> int:
        return len(self._shape)

    def dim(self) -> int:
        return len(self._shape)

    ndimension = dim

    def numel(self) -> int:
        return count(self._shape)

    nelement = numel

    @property
    def itemsize(self) -> int:
        return self.dtype.itemsize

    def element_size(self) -> int:
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        return self.numel() * self.dtype.itemsize

    @property
    def is_cuda(self) -> bool:
        return self.device.type == "cuda"

    @property
    def is_cpu(self) -> bool:
        return self.device.type == "cpu"

    def is_floating_point(self) -> bool:
        return self.dtype.category == d.FLOAT

    def is_complex(self) -> bool:
        return self.dtype.category == d.COMPLEX

    def is_signed(self) -> bool:
        return self.dtype.is_signed

    # Contents.

    def item(self) -> Any:
        if self.numel() != 1:
            raise RuntimeError(f"a Tensor with {self.numel()} elements cannot be converted to Scalar")
        return DataNumber() if self._value is None else self._value[0]

    def tolist(self) -> Any:
        if self._value is None and 0 < self.numel() <= _LISTED_LIMIT:
            # Numbers that are not known, as `item()` answers one: a router's counts are asked one by one.
            return _nested([DataNumber() for _ in range(self.numel())], self._shape, 0)
        return _nested(self._known("tolist()"), self._shape, 0)

    def _known(self, what: str) -> list:
        if self._value is None:
            raise DataDependent(f"{what} needs the contents of a tensor, which depend on weights or inputs")
        return self._value

    def __bool__(self) -> bool:
        if self.numel() != 1:
            raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")
        if self._value is None:
            return recorder.branch()
        return bool(self._value[0])

    def __int__(self) -> int:
        return int(self.item())

    def __float__(self) -> float:
        # Python makes a plain number of what this answers, which would be taken for known.
        return float(self.item())

    def __complex__(self) -> complex:
        return complex(self.item())

    def __index__(self) -> int:
        if self.dtype.category not in (d.INTEGER, d.BOOL) or self.numel() != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __len__(self) -> int:
        if not self._shape:
            raise TypeError("len() of a 0-d tensor")
        return self._shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if not self._shape:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __contains__(self, element: Any) -> bool:
        return bool((self == element).any())

    def __hash__(self) -> int:
        return id(self)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if not self._shape and self._value is not None else str(self)

    def __repr__(self) -> str:
        if self._value is not None and len(self._value) <= 32:
            return f"tensor({self.tolist()}, dtype={self.dtype})"
        return f"tensor(..., size={self._shape}, dtype={self.dtype})"

    @property
    def data(self) -> Tensor:
        """The same contents without gradient; the trace sees one tensor."""
        made = fresh(self._shape, self.dtype, self.device, self._value)
        made._base, made._remake = self, _same
        if self._strides is not None:
            made._strides = self._strides
        if recorder.active is not None:
            recorder.active.share(self, made)
        return made

    @data.setter
    def data(self, other: Tensor) -> None:
        self._shape, self.dtype, self._value, self.device = other._shape, other.dtype, other._value, other.device
        if recorder.active is not None:
            recorder.active.share(other, self)


def fresh(
    shape: Shape, dtype: d.dtype, device: device = CPU, value: list | None = None, requires_grad: bool = False
) -> Tensor:
    """A new tensor: the one way to make them inside this package."""
    made = _allocate(Tensor)
    made._shape = shape
    made.dtype = dtype
    if device is not CPU:
        made.device = device
    if value is not None:
        made._value = value
    if requires_grad:
        made.requires_grad = True
    return made


_allocate = object.__new__
#: How many numbers nobody knows a list may hold.
_LISTED_LIMIT = 4096
_PLAIN = frozenset(("_shape", "dtype", "device", "requires_grad", "_strides", "_is_parameter"))


def _same(tensor: Tensor) -> Tensor:
    return tensor


def _restore(cls: Any, state: dict) -> Any:
    made = object.__new__(cls)
    made.__dict__.update(state)
    return made


class Handle:
    """What registering a hook answers."""

    id = 0

    def remove(self) -> None:
        return None

    def __enter__(self) -> Handle:
        return self

    def __exit__(self, *reason: object) -> None:
        return None


def _nested(flat: list, shape: Shape, start: int) -> Any:
    if not shape:
        return flat[start]
    step = count(shape[1:])
    return [_nested(flat, shape[1:], start + index * step) for index in range(shape[0])]
