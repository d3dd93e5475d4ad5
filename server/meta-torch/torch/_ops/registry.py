"""
Where operators register: as a function of `torch`, as a method of `Tensor`, and in place. An operator is a plain
function; the decorator neither wraps nor slows it.
"""

from __future__ import annotations

from typing import Any, Callable

from .._meta import dtype as d
from .._meta import recorder, values
from .._meta.data_number import DataNumber
from .._meta.grad import mode, node
from .._meta.shape import Shape
from .._tensor import CPU, UNKNOWN_STRIDES, Tensor, fresh
from .._tensor import device as Device
from .spread import KEEPING

functions: dict[str, Callable[..., Any]] = {}

_allocate = object.__new__


def operator(
    *names: str, method: bool = True, function: bool = True, in_place: bool = False, reshapes: bool = False
) -> Callable:
    """
    Registers under each name; `in_place` adds the variant with a trailing underscore. One that `reshapes` may change
    the shape of what it writes into.
    """

    def register(implementation: Callable[..., Any]) -> Callable[..., Any]:
        for name in names or (implementation.__name__,):
            if function:
                functions[name] = implementation
            if method:
                setattr(Tensor, name, implementation)
            if in_place:
                variant = reshaping(implementation, name) if reshapes else in_place_of(implementation, name)
                setattr(Tensor, name + "_", variant)
                if function and not reshapes:
                    functions[name + "_"] = variant
        return implementation

    return register


def exported() -> dict[str, Callable[..., Any]]:
    """What `torch` shows: each function with `out=` honoured and torch's exception for what is no tensor."""
    return {name: _public(name, function) for name, function in functions.items()}


def _public(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    code = getattr(function, "__code__", None)
    takes_out = code is not None and "out" in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]

    def public(*args: Any, **options: Any) -> Any:
        try:
            if takes_out and "out" in options:
                out = options.pop("out")
                result = function(*args, **options)
                return result if out is None else _into(out, result)
            return function(*args, **options)
        except AttributeError as error:
            raise _no_tensor(name, error) from error

    public.__name__ = public.__qualname__ = name
    public.__wrapped__ = function  # type: ignore[attr-defined]
    public.__doc__ = function.__doc__
    public.__module__ = "torch"
    return public


def _into(out: Any, result: Any) -> Any:
    if isinstance(out, Tensor):
        out._shape = result._shape
        return overwrite(out, result)
    for target, item in zip(out, result):
        _into(target, item)
    return out


def _no_tensor(name: str, error: AttributeError) -> Exception:
    """torch's complaint about an operand that is no tensor, where that is what went wrong."""
    if error.name in ("_shape", "_value", "dtype", "requires_grad", "_strides") and not isinstance(error.obj, Tensor):
        return TypeError(f"{name}(): argument must be Tensor, not {type(error.obj).__name__}")
    return error


def in_place_of(implementation: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The variant that writes into its first operand: its shape must not grow, its type does not change."""

    def variant(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        result = implementation(self, *args, **kwargs)
        if result is NotImplemented:
            return result
        if result._shape != self._shape:
            raise RuntimeError(
                f"output with shape {list(self._shape)} doesn't match the broadcast shape {list(result._shape)}"
            )
        if result.dtype is not self.dtype and not _can_write(result.dtype, self.dtype):
            raise RuntimeError(
                f"result type {long_name(result.dtype)} can't be cast to the desired output type {long_name(self.dtype)}"
            )
        return overwrite(self, result)

    variant.__name__ = name + "_"
    return variant


def reshaping(implementation: Callable[..., Any], name: str) -> Callable[..., Any]:
    """`unsqueeze_` and its kin: the tensor itself takes the new shape."""

    def variant(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        result = implementation(self, *args, **kwargs)
        self._shape = result._shape
        self._value = result._value
        self._strides = result._strides
        if recorder.active is not None:
            recorder.active.alias(result, self)
        return self

    variant.__name__ = name + "_"
    return variant


def overwrite(target: Tensor, result: Tensor) -> Tensor:
    """
    Makes `target` stand for `result`: later readers of `target` depend on the call that made `result`. Identity is kept,
    since the caller's name must go on denoting the same object; the trace therefore renames the result. What `target` is
    a view of changes with it.
    """
    if target.requires_grad and target.grad_fn is None and mode.enabled:
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
    if result.requires_grad and not target.requires_grad:
        target.requires_grad = True
        target.grad_fn = node
    if result.dtype is not target.dtype:
        result._value = cast_list(result._value, target.dtype)
    contents = result._value
    if contents is not None and target._value is not None and len(contents) == len(target._value):
        # Written into the same list, so that views that share it (`reshape`, `detach`) see it too.
        target._value[:] = contents
    else:
        target._value = contents
    if recorder.active is not None:
        recorder.active.alias(result, target)
    if target._base is not None:
        _write_through(target)
    return target


def _write_through(view: Tensor) -> None:
    """The base of a written view is written as well, in contents and in the trace."""
    base = view._base
    if base is None:
        return
    contents = None
    active, recorder.active = recorder.active, None
    try:
        if base._value is not None and view._value is not None and view._remake is not None:
            if base._value is not view._value:
                places = view._remake(fresh(base._shape, d.int64, base.device, list(range(len(base._value)))))._value
                contents = list(base._value)
                for place, item in zip(places, view._value):
                    contents[place] = item
            else:
                contents = base._value
    finally:
        recorder.active = active
    if base._value is not None and contents is not None:
        base._value[:] = contents
    else:
        base._value = contents
    if active is not None:
        if view._shape == base._shape and view._remake is not None and view._remake(base) is base:
            active.share(view, base)
        else:
            result = fresh(base._shape, base.dtype, base.device)
            recorder.record("copy_slice", (base, view), (result,), {"elements": view.numel()})
            active.alias(result, base)
    if base._base is not None:
        _write_through(base)


def cast_list(value: list | None, kind: d.dtype) -> list | None:
    """Contents as another type holds them; None when a number does not fit."""
    if value is None:
        return None
    try:
        if kind.category == d.FLOAT:
            return [float(item) for item in value]
        if kind.category == d.INTEGER:
            return [int(item) for item in value]
        if kind.category == d.BOOL:
            return [bool(item) for item in value]
        return [complex(item) for item in value]
    except (OverflowError, ValueError, TypeError, values.DataDependent):
        return None


def _can_write(source: d.dtype, target: d.dtype) -> bool:
    return source.category <= target.category


_LONG_NAMES = {
    "float32": "Float", "float64": "Double", "float16": "Half", "bfloat16": "BFloat16", "int64": "Long", "int32": "Int",
    "int16": "Short", "int8": "Char", "uint8": "Byte", "bool": "Bool", "complex32": "ComplexHalf",
    "complex64": "ComplexFloat", "complex128": "ComplexDouble",
}


def long_name(kind: d.dtype) -> str:
    """A type as torch's messages spell it."""
    return _LONG_NAMES.get(kind.name, kind.name)


def make(
    name: str,
    shape: Shape,
    kind: d.dtype,
    inputs: tuple,
    attributes: dict | None = None,
    value: list | None = None,
) -> Tensor:
    """The one output of an operator, recorded when a trace is open. The first tensor among the inputs gives the device."""
    result = _allocate(Tensor)
    result._shape = shape
    result.dtype = kind
    if value is not None and not (value and type(value[0]) is DataNumber):
        result._value = value
    first = inputs[0]
    if first is not None and first.device is not CPU:
        result.device = first.device
    for operand in inputs:
        if operand is not None:
            if operand.requires_grad and mode.enabled and kind.category >= d.FLOAT:
                result.requires_grad = True
                result.grad_fn = node
            if operand._strides is not None:
                result._strides = UNKNOWN_STRIDES
            if operand._share is not None and name in KEEPING and (operand is first or name == "eq"):
                result._share = operand._share
    if recorder.active is not None:
        recorder.record(name, inputs, (result,), attributes)
    return result


def make_view(
    name: str,
    shape: Shape,
    input: Tensor,  # noqa: A002
    attributes: dict | None,
    value: list | None,
    strides: Any,
    remake: Callable | None = None,
) -> Tensor:
    """A view of `input`: writes go through. `strides` is None when contiguous; `remake` makes it of another tensor."""
    result = _allocate(Tensor)
    result._shape = shape
    result.dtype = input.dtype
    result._base = input
    if value is not None:
        result._value = value
        result._remake = remake
    if strides is not None:
        result._strides = strides
    if input._share is not None:
        result._share = input._share
    if input.device is not CPU:
        result.device = input.device
    if input.requires_grad and mode.enabled:
        result.requires_grad = True
        result.grad_fn = node
    if recorder.active is not None:
        recorder.record(name, (input,), (result,), attributes)
    return result


def make_many(name: str, inputs: tuple, outputs: list, attributes: dict | None = None) -> list:
    """Several outputs of one call, given as (shape, type, value)."""
    first = inputs[0]
    device: Device = first.device if first is not None else CPU
    needs_grad = mode.enabled and any(item is not None and item.requires_grad for item in inputs)
    results = []
    for shape, kind, value in outputs:
        result = fresh(shape, kind, device, value)
        if needs_grad and kind.category >= d.FLOAT:
            result.requires_grad = True
            result.grad_fn = node
        results.append(result)
    if recorder.active is not None:
        recorder.record(name, inputs, results, attributes)
    return results


def as_tensor(value: Any, like: Tensor) -> Tensor:
    """A Python number as a zero-dimensional tensor beside `like`, for operators that take either."""
    if isinstance(value, Tensor):
        return value
    return fresh((), d.of_scalar(value), like.device, [value])
