"""The old constructors: `torch.Tensor(2, 3)` and the typed classes (`torch.FloatTensor`, `torch.cuda.LongTensor`)."""

from __future__ import annotations

from typing import Any

from .._meta import dtype as d
from .._meta import shape as s
from .._tensor import CPU, Size, Tensor


def construct(cls: Any, kind: d.dtype, args: tuple, options: dict, is_typed: bool = False) -> Any:
    """Numbers are sizes, a sequence is data, a tensor is shared."""
    from .factory import _measure, as_device
    from .registry import cast_list

    value: list | None = None
    strides = None
    if not args:
        shape: tuple = tuple(options["size"]) if "size" in options else (0,)
    elif isinstance(args[0], Tensor) and len(args) == 1:
        source = args[0]
        if is_typed and source.dtype is not kind:
            raise TypeError(f"expected a tensor of type {kind}, but got {source.dtype}")
        shape, kind, value, strides = source._shape, source.dtype, source._value, source._strides
    elif isinstance(args[0], Size) or all(hasattr(item, "__index__") and not isinstance(item, (float, bool)) for item in args):
        shape = s.sizes(args)
        if any(extent < 0 for extent in shape):
            raise RuntimeError(f"Trying to create tensor with negative dimension: {list(shape)}")
    elif len(args) > 1:
        raise TypeError("new(): data must be a sequence, or sizes must be whole numbers")
    else:
        if isinstance(args[0], (int, float)):
            raise TypeError(f"new(): data must be a sequence (got {type(args[0]).__name__})")
        shape, flat = _measure(args[0])
        value = cast_list(flat, kind) if None not in flat else None
    made = object.__new__(cls)
    made._shape, made.dtype = shape, kind
    if value is not None:
        made._value = value
    if strides is not None:
        made._strides = strides
    device = as_device(options.get("device"))
    if device is not CPU:
        made.device = device
    return made


class _TypedClass(type):
    """Makes `isinstance(x, torch.FloatTensor)` a question about the element type."""

    def __instancecheck__(cls, item: Any) -> bool:
        return isinstance(item, Tensor) and item.dtype is cls.dtype

    def __call__(cls, *args: Any, **options: Any) -> Tensor:
        return construct(Tensor, cls.dtype, args, options, is_typed=True)


_NAMES = {
    "FloatTensor": d.float32, "DoubleTensor": d.float64, "HalfTensor": d.float16, "BFloat16Tensor": d.bfloat16,
    "ByteTensor": d.uint8, "CharTensor": d.int8, "ShortTensor": d.int16, "IntTensor": d.int32, "LongTensor": d.int64,
    "BoolTensor": d.bool_, "ComplexFloatTensor": d.complex64, "ComplexDoubleTensor": d.complex128,
}

#: The typed classes by name, for `torch` and (under `torch.cuda`) for its name there.
typed_classes = {
    name: _TypedClass(name, (), {"dtype": kind, "__module__": "torch", "is_cuda": False}) for name, kind in _NAMES.items()
}
type_names = {kind: f"torch.{name}" for name, kind in _NAMES.items()}


def type_of(wanted: Any) -> d.dtype:
    """The element type that `x.type(...)` asks for: a type, a typed class, or its name."""
    if isinstance(wanted, d.dtype):
        return wanted
    if isinstance(wanted, _TypedClass):
        return wanted.dtype
    if isinstance(wanted, str):
        found = _NAMES.get(wanted.rsplit(".", 1)[-1])
        if found is not None:
            return found
        if wanted in ("torch.Tensor", "Tensor"):
            return d.default.floating
    if wanted is Tensor:
        return d.default.floating
    raise ValueError(f"invalid type: '{wanted}'")
