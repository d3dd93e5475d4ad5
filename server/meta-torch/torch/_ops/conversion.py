"""Other types, other devices, and in-place writes: `to`, `half`, `copy_`, `fill_`, the random fills."""

from __future__ import annotations

from typing import Any

from .._meta import dtype as d
from .._meta import recorder
from .._meta import shape as s
from .._meta import values
from .._tensor import CPU, UNKNOWN_STRIDES, Tensor, fresh
from .._tensor import device as Device
from .factory import as_device
from .layouts import contiguous_format, preserve_format
from .legacy import type_names, type_of
from .registry import cast_list, functions, long_name, make, operator, overwrite


def cast(input: Tensor, kind: d.dtype, device: Device | None = None, is_copied: bool = False) -> Tensor:  # noqa: A002
    """The tensor itself when nothing changes, a recorded conversion otherwise."""
    if kind is input.dtype and (device is None or device == input.device) and not is_copied:
        return input
    value = input._value
    if value is not None:
        value = cast_list(value, kind) if kind is not input.dtype else list(value)
    strides = input._strides
    result = make("to", input._shape, kind, (input,), {"dtype": kind.name}, value)
    if strides is None and result._strides is not None:
        del result._strides
    if device is not None and device != result.device:
        result.device = device
    return result


@operator("to", function=False)
def to(input: Tensor, *args: Any, dtype: Any = None, device: Any = None, non_blocking: bool = False, copy: bool = False, memory_format: Any = None) -> Tensor:  # noqa: A002
    for position, item in enumerate(args):
        if isinstance(item, d.dtype):
            dtype = item
        elif isinstance(item, Tensor):
            dtype, device = item.dtype, item.device
        elif isinstance(item, (str, Device)) or (position == 0 and isinstance(item, int) and not isinstance(item, bool)):
            device = item
        elif isinstance(item, bool):
            copy = item if position == len(args) - 1 and position >= 2 else copy
        elif item is not None:
            raise TypeError(f"to() received an invalid combination of arguments - got ({type(item).__name__})")
    result = cast(input, dtype or input.dtype, None if device is None else as_device(device), copy)
    if memory_format is not None and memory_format is not preserve_format:
        result = _in_format(result, input, memory_format)
    return result


def _in_format(result: Tensor, source: Tensor, memory_format: Any) -> Tensor:
    if memory_format is contiguous_format and result._strides is None:
        return result
    if result is source:
        result = fresh(source._shape, source.dtype, source.device, source._value, source.requires_grad)
        result.grad_fn = source.grad_fn
        if recorder.active is not None:
            recorder.active.share(source, result)
    result._strides = None if memory_format is contiguous_format else UNKNOWN_STRIDES
    return result


def _shorthand(name: str, kind: d.dtype) -> None:
    def implementation(input: Tensor, memory_format: Any = None) -> Tensor:  # noqa: A002
        return cast(input, kind)

    implementation.__name__ = name
    operator(name, function=False)(implementation)


for _name, _kind in {
    **d.ALIASES, "bool": d.bool_, "byte": d.uint8, "char": d.int8, "bfloat16": d.bfloat16,
}.items():
    _shorthand(_name, _kind)


@operator("type", function=False)
def type_(input: Tensor, dtype: Any = None, non_blocking: bool = False, **options: Any) -> Any:  # noqa: A002
    if dtype is None:
        name = type_names.get(input.dtype, f"torch.{input.dtype.name}")
        return name.replace("torch.", "torch.cuda.") if input.device.type == "cuda" else name
    device = "cuda" if isinstance(dtype, str) and ".cuda." in dtype else None
    return cast(input, type_of(dtype), None if device is None else Device(device))


@operator("type_as", function=False)
def type_as(input: Tensor, other: Tensor) -> Tensor:  # noqa: A002
    return cast(input, other.dtype, other.device)


@operator("cpu", function=False)
def cpu(input: Tensor, memory_format: Any = None) -> Tensor:  # noqa: A002
    return cast(input, input.dtype, CPU)


def _moved(kind: str) -> Any:
    def implementation(input: Tensor, device: Any = None, non_blocking: bool = False, memory_format: Any = None) -> Tensor:  # noqa: A002
        return cast(input, input.dtype, Device(kind) if device is None else as_device(device))

    return operator(kind, function=False)(implementation)


for _name in ("cuda", "xpu", "npu", "hpu"):
    _moved(_name)


# In-place writes.


def _fill(self: Tensor, name: str, item: Any) -> Tensor:
    total = self.numel()
    known = None
    if item is not None and values.fits(total, self.dtype.is_floating_point):
        known = cast_list([item], self.dtype)
    return overwrite(self, make(name, self._shape, self.dtype, (self,), None, known * total if known else None))


@operator("fill_")
def fill_(input: Tensor, value: Any) -> Tensor:  # noqa: A002
    if isinstance(value, Tensor):
        if value._shape:
            raise RuntimeError(
                f"fill_ only supports 0-dimension value tensor but got tensor with {len(value._shape)} dimensions."
            )
        value = value._value[0] if value._value is not None else None
    return _fill(input, "fill", value)


@operator("fill")
def fill(input: Tensor, value: Any) -> Tensor:  # noqa: A002
    return fill_(functions["clone"](input), value)


@operator("zero_")
def zero_(input: Tensor) -> Tensor:  # noqa: A002
    return _fill(input, "zero", 0)


@operator("copy_", function=False)
def copy_(self: Tensor, src: Any, non_blocking: bool = False) -> Tensor:
    if not isinstance(src, Tensor):
        src = functions["as_tensor"](src)
    shape = src._shape
    while len(shape) > len(self._shape) and shape[0] == 1:
        shape = shape[1:]
    if len(shape) > len(self._shape) or s.broadcast(shape, self._shape) != self._shape:
        raise RuntimeError(
            f"The size of tensor a ({self._shape[-1] if self._shape else 1}) must match the size of tensor b "
            f"({shape[-1] if shape else 1}) at non-singleton dimension {max(0, len(self._shape) - 1)}"
        )
    value = None
    if src._value is not None and values.fits(self.numel(), self.dtype.is_floating_point):
        value = cast_list(values.broadcast(src._value, shape, self._shape), self.dtype)
    return overwrite(self, make("copy", self._shape, self.dtype, (src,), None, value))


def _random(name: str) -> None:
    is_continuous = name in ("normal", "uniform", "exponential", "cauchy", "log_normal")

    def implementation(self: Tensor, *args: Any, generator: Any = None, **options: Any) -> Tensor:
        if is_continuous and self.dtype.category < d.FLOAT:
            raise RuntimeError(f"\"{name}_kernel_cpu\" not implemented for '{long_name(self.dtype)}'")
        return _fill(self, name, None)

    implementation.__name__ = name + "_"
    operator(name + "_", function=False)(implementation)


for _name in ("normal", "uniform", "random", "bernoulli", "exponential", "cauchy", "geometric", "log_normal"):
    _random(_name)


@operator("resize_", "sparse_resize_", function=False)
def resize_(self: Tensor, *size: Any, memory_format: Any = None) -> Tensor:
    self._shape = s.sizes(size)
    self._value = None
    return self


@operator("resize_as_")
def resize_as_(input: Tensor, the_template: Tensor, memory_format: Any = None) -> Tensor:  # noqa: A002
    return resize_(input, the_template._shape)


@operator("set_", function=False)
def set_(self: Tensor, source: Any = None, storage_offset: int = 0, size: Any = None, stride: Any = None) -> Tensor:
    if isinstance(source, Tensor):
        self._shape = source._shape if size is None else s.sizes((size,))
        self._value = source._value if size is None else None
        self.dtype = source.dtype
    elif source is None:
        self._shape, self._value = (0,), []
    return self


@operator("swap_tensors", method=False)
def swap_tensors(t1: Tensor, t2: Tensor) -> None:
    t1.__dict__, t2.__dict__ = t2.__dict__, t1.__dict__
