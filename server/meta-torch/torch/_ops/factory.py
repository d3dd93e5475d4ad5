"""Tensors from nothing: zeros, arange, tensor, random numbers, and those like another tensor."""

from __future__ import annotations

import math
from typing import Any

from .._meta import dtype as d
from .._meta import shape as s
from .._meta import values
from .._meta.data_number import DataNumber
from .._tensor import CPU, Tensor, fresh
from .._tensor import device as Device
from .registry import functions, long_name, make, operator


class _Context:
    """Device of new tensors, as `torch.set_default_device` and `with torch.device(...)` set it."""

    device = CPU


def as_device(value: Any) -> Device:
    if value is None:
        return _Context.device
    return value if isinstance(value, Device) else Device(value)


def set_default_device(value: Any) -> None:
    _Context.device = CPU if value is None else as_device(value)


def get_default_device() -> Device:
    return _Context.device


def _new(shape: tuple, dtype: Any, device: Any, requires_grad: bool, value: list | None = None) -> Tensor:
    for extent in shape:
        if extent < 0:
            raise RuntimeError(
                f"Trying to create tensor with negative dimension {extent}: {list(shape)}"
            )
    kind = dtype if dtype is not None else d.default.floating
    return fresh(shape, kind, as_device(device), value, requires_grad)


def _filled(item: Any, shape: tuple, kind: d.dtype) -> list | None:
    """Contents of a constant tensor while it is small; None when the item itself is not known."""
    total = s.count(shape)
    if item is None or type(item) is DataNumber or not values.fits(total, kind.is_floating_point):
        return None
    if kind.category == d.FLOAT:
        item = float(item)
    elif kind.category == d.INTEGER:
        item = int(item)
    elif kind.category == d.BOOL:
        item = bool(item)
    return [item] * total


def _sized(name: str, item: Any) -> None:
    def implementation(
        *size: Any, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False,
        pin_memory: bool = False, memory_format: Any = None, names: Any = None, generator: Any = None, **rest: Any,
    ) -> Tensor:
        if not size and "size" not in rest:
            raise TypeError(f"{name}() received an invalid combination of arguments - got (), but expected a size")
        shape = s.sizes(size or (rest["size"],))
        kind = dtype or d.default.floating
        if kind.category < d.FLOAT and name in ("rand", "randn"):
            raise RuntimeError(f"\"{name}\" not implemented for '{long_name(kind)}'")
        return _new(shape, kind, device, requires_grad, _filled(item, shape, kind))

    implementation.__name__ = name
    operator(name, method=False)(implementation)

    def like(
        input: Tensor, *, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False,  # noqa: A002
        memory_format: Any = None, generator: Any = None, pin_memory: bool = False,
    ) -> Tensor:
        kind = dtype or input.dtype
        return _new(input._shape, kind, device or input.device, requires_grad, _filled(item, input._shape, kind))

    like.__name__ = f"{name}_like"
    operator(f"{name}_like", method=False)(like)

    def new(
        self: Tensor, *size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False, layout: Any = None,
        pin_memory: bool = False, **rest: Any,
    ) -> Tensor:
        shape = s.sizes(size or (rest.get("size", ()),))
        kind = dtype or self.dtype
        return _new(shape, kind, device or self.device, requires_grad, _filled(item, shape, kind))

    if name in ("zeros", "ones", "empty"):
        new.__name__ = f"new_{name}"
        operator(f"new_{name}", function=False)(new)


for _name, _item in (("zeros", 0), ("ones", 1), ("empty", None), ("rand", None), ("randn", None)):
    _sized(_name, _item)


@operator(method=False)
def full(size: Any, fill_value: Any, *, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False, pin_memory: bool = False, names: Any = None) -> Tensor:
    shape = s.sizes((size,))
    known = fill_value._value[0] if isinstance(fill_value, Tensor) and fill_value._value else fill_value
    if isinstance(known, Tensor):
        kind, item = dtype or known.dtype, None
    else:
        kind, item = dtype or d.of_scalar(known), known
    return _new(shape, kind, device, requires_grad, _filled(item, shape, kind))


@operator(method=False)
def full_like(input: Tensor, fill_value: Any, *, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False, memory_format: Any = None) -> Tensor:  # noqa: A002
    return full(input._shape, fill_value, dtype=dtype or input.dtype, device=device or input.device)


@operator("new_full", function=False)
def new_full(self: Tensor, size: Any, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    return full(size, fill_value, dtype=dtype or self.dtype, device=device or self.device)


@operator("new_tensor", function=False)
def new_tensor(self: Tensor, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    return tensor(data, dtype=dtype or self.dtype, device=device or self.device, requires_grad=requires_grad)


@operator("empty_strided", method=False)
def empty_strided(size: Any, stride: Any, **options: Any) -> Tensor:
    return functions["empty"](size, **options)


@operator("empty_permuted", method=False)
def empty_permuted(size: Any, physical_layout: Any, **options: Any) -> Tensor:
    return functions["empty"](size, **options)


def _numbers(kind: Any, *bounds: Any) -> d.dtype:
    if kind is not None:
        return kind
    for bound in bounds:
        if isinstance(bound, float) or (isinstance(bound, Tensor) and bound.dtype.is_floating_point):
            return d.default.floating
    return d.int64


def _scalar(value: Any) -> Any:
    return value.item() if isinstance(value, Tensor) else value


@operator(method=False)
def arange(*bounds: Any, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False, pin_memory: bool = False, start: Any = 0, end: Any = None, step: Any = 1) -> Tensor:
    if len(bounds) == 1:
        end = bounds[0]
    elif len(bounds) == 2:
        start, end = bounds
    elif len(bounds) == 3:
        start, end, step = bounds
    kind = _numbers(dtype, start, end, step)
    start, end, step = _scalar(start), _scalar(end), _scalar(step)
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    length = max(0, math.ceil((end - start) / step))
    value = None
    if values.fits(length, kind.is_floating_point):
        value = [start + index * step for index in range(length)]
        value = [float(item) for item in value] if kind.is_floating_point else [int(item) for item in value]
    return _new((length,), kind, device, requires_grad, value)


@operator("range", method=False)
def range_(start: Any = 0, end: Any = None, step: Any = 1, **options: Any) -> Tensor:
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and larger bound inconsistent with step sign")
    length = int((end - start) / step) + 1
    return _new((length,), options.get("dtype"), options.get("device"), False)


@operator(method=False)
def linspace(start: Any, end: Any, steps: int, *, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    count = s.index(steps)
    if count < 0:
        raise RuntimeError("number of steps must be non-negative")
    kind = dtype or d.default.floating
    value = None
    if values.fits(count, True) and not (isinstance(start, Tensor) and start._value is None):
        first, last = _scalar(start), _scalar(end)
        gap = (last - first) / (count - 1) if count > 1 else 0
        value = [first + index * gap for index in range(count)]
        value = [int(item) for item in value] if kind.category == d.INTEGER else [float(item) for item in value]
    return _new((count,), kind, device, requires_grad, value)


@operator(method=False)
def logspace(start: Any, end: Any, steps: int, base: float = 10.0, *, dtype: Any = None, device: Any = None, requires_grad: bool = False, **options: Any) -> Tensor:
    exponents = linspace(start, end, steps)
    value = values.apply(lambda x: float(base**x), exponents._value) if exponents._value is not None else None
    return _new(exponents._shape, dtype, device, requires_grad, value)


@operator(method=False)
def eye(n: int, m: int | None = None, *, out: Any = None, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    columns = n if m is None else m
    kind = dtype or d.default.floating
    value = None
    if values.fits(n * columns, kind.is_floating_point):
        one, zero = (1.0, 0.0) if kind.is_floating_point else (True, False) if kind.category == d.BOOL else (1, 0)
        value = [one if row == column else zero for row in range(n) for column in range(columns)]
    return _new((n, columns), kind, device, requires_grad, value)


def _measure(data: Any) -> tuple[tuple, list]:
    """Shape and flat contents of nested sequences of numbers and tensors."""
    if isinstance(data, Tensor):
        return data._shape, data._value if data._value is not None else [None] * data.numel()
    if hasattr(data, "__array__") or hasattr(data, "tolist"):
        if hasattr(data, "_shape") and getattr(data, "_value", data) is None:
            # An array of numpy's with a shape alone.
            return data._shape, [None] * math.prod(data._shape)
        data = data.tolist()
    if not isinstance(data, (list, tuple, range)):
        return (), [data]
    parts = [_measure(item) for item in data]
    if not parts:
        return (0,), []
    first = parts[0][0]
    flat: list = []
    for position, (shape, contents) in enumerate(parts):
        if shape != first:
            raise ValueError(f"expected sequence of length {first[0] if first else 0} at dim 1 (got {shape[0] if shape else 0})")
        flat.extend(contents)
        del position
    return (len(parts),) + first, flat


def _kind_of(data: Any, flat: list) -> d.dtype:
    tensors = data if isinstance(data, Tensor) else next((item for item in data if isinstance(item, Tensor)), None) if isinstance(data, (list, tuple)) else None
    if tensors is not None:
        return tensors.dtype
    highest = d.bool_ if flat else d.default.floating
    for item in flat:
        kind = d.of_scalar(item) if item is not None else d.default.floating
        if kind.category > highest.category:
            highest = kind
    return highest


def _kind_of_array(data: Any) -> Any:
    """An array of numpy's says of what type it is; lists do not."""
    if not hasattr(data, "__array__") or isinstance(data, Tensor):
        return None
    name = getattr(getattr(data, "dtype", None), "name", "")
    return d.bool_ if name == "bool" else getattr(d, str(name), None)


@operator(method=False)
def tensor(data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False, pin_memory: bool = False) -> Tensor:
    shape, flat = _measure(data)
    kind = dtype or _kind_of_array(data) or _kind_of(data, flat)
    value: list | None = None
    if all(item is not None and type(item) is not DataNumber for item in flat) and values.fits(len(flat), kind.is_floating_point):
        convert = float if kind.category == d.FLOAT else int if kind.category == d.INTEGER else bool if kind.category == d.BOOL else None
        value = [convert(item) for item in flat] if convert is not None else list(flat)
    return _new(shape, kind, device, requires_grad, value)


@operator(method=False)
def scalar_tensor(s: Any, *, dtype: Any = None, device: Any = None, layout: Any = None, pin_memory: bool = False) -> Tensor:
    return tensor(s, dtype=dtype or d.default.floating, device=device)


@operator("as_tensor", "asarray", method=False)
def as_tensor(data: Any, dtype: Any = None, device: Any = None, **options: Any) -> Tensor:
    if isinstance(data, Tensor):
        return data.to(dtype=dtype, device=device)
    return tensor(data, dtype=dtype, device=device)


@operator("from_numpy", "from_dlpack", method=False)
def from_numpy(array: Any) -> Tensor:
    return tensor(array)


@operator(method=False)
def randint(*bounds: Any, size: Any = None, low: int = 0, high: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False, generator: Any = None, **options: Any) -> Tensor:
    listed = list(bounds)
    if size is None:
        size = listed.pop()
    if isinstance(size, int):
        raise TypeError("randint(): argument 'size' must be tuple of ints")
    if high is None:
        low, high = (listed[0], listed[1]) if len(listed) > 1 else (low, listed[0] if listed else 1)
    if isinstance(low, int) and isinstance(high, int) and low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    return _new(s.sizes((size,)), dtype or d.int64, device, requires_grad)


@operator(method=False)
def randint_like(input: Tensor, *bounds: Any, dtype: Any = None, device: Any = None, **options: Any) -> Tensor:  # noqa: A002
    return _new(input._shape, dtype or input.dtype, device or input.device, False)


@operator(method=False)
def randperm(n: int, *, dtype: Any = None, device: Any = None, generator: Any = None, **options: Any) -> Tensor:
    return _new((s.index(n),), dtype or d.int64, device, False)


@operator(method=False)
def normal(mean: Any, std: Any = 1.0, size: Any = None, *, generator: Any = None, dtype: Any = None, device: Any = None, out: Any = None) -> Tensor:
    if size is not None:
        return _new(s.sizes((size,)), dtype, device, False)
    shapes = [item._shape for item in (mean, std) if isinstance(item, Tensor)]
    return _new(s.broadcast_all(shapes), dtype, device, False)


@operator()
def bernoulli(input: Tensor, p: float | None = None, *, generator: Any = None, out: Any = None) -> Tensor:  # noqa: A002
    if input.dtype.category != d.FLOAT:
        raise RuntimeError(f"\"bernoulli_tensor_cpu_p_\" not implemented for '{long_name(input.dtype)}'")
    return make("bernoulli", input._shape, input.dtype, (input,))


@operator()
def multinomial(input: Tensor, num_samples: int, replacement: bool = False, *, generator: Any = None, out: Any = None) -> Tensor:  # noqa: A002
    if len(input._shape) not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if not replacement and num_samples > input._shape[-1]:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    if num_samples <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    return make("multinomial", input._shape[:-1] + (num_samples,), d.int64, (input,))


@operator("poisson", method=False)
def poisson(input: Tensor, generator: Any = None) -> Tensor:  # noqa: A002
    return make("poisson", input._shape, input.dtype, (input,))


def _pair_count(row: int, col: int, offset: int, name: str) -> int:
    below = sum(min(max(i + offset + 1, 0), col) for i in range(row))
    if name == "tril_indices":
        return below
    return sum(col - min(max(i + offset, 0), col) for i in range(row))


def _indices(name: str) -> None:
    def implementation(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None, layout: Any = None) -> Tensor:
        if not values.fits(2 * row * col, False):
            return _new((2, _pair_count(row, col, offset, name)), dtype or d.int64, device, False)
        if name == "tril_indices":
            pairs = [(i, j) for i in range(row) for j in range(col) if j - i <= offset]
        else:
            pairs = [(i, j) for i in range(row) for j in range(col) if j - i >= offset]
        value = [i for i, _ in pairs] + [j for _, j in pairs]
        return _new((2, len(pairs)), dtype or d.int64, device, False, value)

    implementation.__name__ = name
    operator(name, method=False)(implementation)


_indices("tril_indices")
_indices("triu_indices")


def _both_floating(first: Tensor, second: Tensor) -> None:
    if first.dtype not in (d.float16, d.float32, d.float64) or first.dtype is not second.dtype:
        raise RuntimeError(
            f"Expected both inputs to be Half, Float or Double tensors but got {long_name(first.dtype)} and {long_name(second.dtype)}"
        )


@operator("complex", method=False)
def complex_(real: Tensor, imag: Tensor, *, out: Any = None) -> Tensor:
    _both_floating(real, imag)
    return make("complex", s.broadcast(real._shape, imag._shape), real.dtype.to_complex(), (real, imag))


@operator(method=False)
def polar(abs: Tensor, angle: Tensor, *, out: Any = None) -> Tensor:  # noqa: A002
    _both_floating(abs, angle)
    return make("polar", s.broadcast(abs._shape, angle._shape), abs.dtype.to_complex(), (abs, angle))


def _window(name: str) -> None:
    def implementation(window_length: int, *args: Any, dtype: Any = None, device: Any = None, **options: Any) -> Tensor:
        return _new((window_length,), dtype, device, False)

    implementation.__name__ = name
    operator(name, method=False)(implementation)


for _name in ("hann_window", "hamming_window", "blackman_window", "bartlett_window", "kaiser_window"):
    _window(_name)
