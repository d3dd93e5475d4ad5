"""Functions of numpy's top level."""

from __future__ import annotations

import builtins
import itertools
import math
from typing import Any, Callable

from ._array import LIMIT, broadcast_shape, broadcast_value, count, element_wise, floating_kind, gather, ndarray, strides, together, truth
from ._dtype import SCALARS, dtype, generic, promote


def array(given: Any, dtype: Any = None, copy: bool = True, ndmin: int = 0, **options: Any) -> ndarray:  # noqa: A002
    made = _read(given)
    if dtype is not None:
        made = made.astype(dtype)
    return made.reshape((1,) * (ndmin - made.ndim) + made.shape) if made.ndim < ndmin else made


def asarray(given: Any, dtype: Any = None, **options: Any) -> ndarray:  # noqa: A002
    if isinstance(given, ndarray) and dtype is None:
        return given
    return array(given, dtype)


asanyarray = ascontiguousarray = asfortranarray = asarray


def _read(given: Any) -> ndarray:
    if isinstance(given, ndarray):
        return given.copy()
    if hasattr(given, "_opaque_name"):
        given._refuse("turned into an array")
    if hasattr(given, "_shape") and hasattr(given, "requires_grad"):
        name = given.dtype.name if given.dtype.name != "bfloat16" else "float32"
        return ndarray(given._shape, name, list(given._value) if given._value is not None else None)
    if isinstance(given, (list, tuple, range)):
        items = [_read(item) for item in given]
        if not items:
            return ndarray((0,), "float64", [])
        shape = items[0].shape
        if builtins.any(item.shape != shape for item in items):
            return ndarray((len(items),), "object", list(given))
        kind = promote(*(item.dtype for item in items))
        known = builtins.all(item._value is not None for item in items)
        return ndarray((len(items), *shape), kind, [x for item in items for x in item._value] if known else None)
    if isinstance(given, generic):
        return ndarray((), given.dtype, [given])
    kind = "bool" if isinstance(given, bool) else "int64" if isinstance(given, int) else "float64" if isinstance(given, float) else (
        "complex128" if isinstance(given, complex) else "str" if isinstance(given, str) else "object")
    return ndarray((), kind, [given])


def _filled(shape: Any, item: Any, kind: Any) -> ndarray:
    made = ndarray(shape, kind)
    if made.size <= LIMIT:
        made._value = [item] * made.size
    return made


def zeros(shape: Any, dtype: Any = float, **options: Any) -> ndarray:  # noqa: A002
    return _filled(shape, 0.0 if _is_real(dtype) else 0, dtype)


def ones(shape: Any, dtype: Any = float, **options: Any) -> ndarray:  # noqa: A002
    return _filled(shape, 1.0 if _is_real(dtype) else 1, dtype)


def _is_real(kind: Any) -> bool:
    return dtype(kind).kind == "f"


def empty(shape: Any, dtype: Any = float, **options: Any) -> ndarray:  # noqa: A002
    return zeros(shape, dtype)


def full(shape: Any, fill_value: Any, dtype: Any = None, **options: Any) -> ndarray:  # noqa: A002
    return _filled(shape, fill_value, dtype or asarray(fill_value).dtype)


def zeros_like(a: Any, dtype: Any = None, **options: Any) -> ndarray:  # noqa: A002
    return zeros(asarray(a).shape, dtype or asarray(a).dtype)


def ones_like(a: Any, dtype: Any = None, **options: Any) -> ndarray:  # noqa: A002
    return ones(asarray(a).shape, dtype or asarray(a).dtype)


def full_like(a: Any, fill_value: Any, dtype: Any = None, **options: Any) -> ndarray:  # noqa: A002
    return full(asarray(a).shape, fill_value, dtype or asarray(a).dtype)


empty_like = zeros_like


def eye(N: int, M: Any = None, k: int = 0, dtype: Any = float, **options: Any) -> ndarray:  # noqa: A002, N803
    columns = M or N
    return ndarray((N, columns), dtype, [float(j - i == k) for i in range(N) for j in range(columns)] if N * columns <= LIMIT else None)


identity = eye


def tri(N: int, M: Any = None, k: int = 0, dtype: Any = float) -> ndarray:  # noqa: A002, N803
    columns = M or N
    return ndarray((N, columns), dtype, [float(j - i <= k) for i in range(N) for j in range(columns)] if N * columns <= LIMIT else None)


def tril(m: Any, k: int = 0) -> ndarray:
    m = asarray(m)
    return m * tri(*m.shape[-2:], k=k).astype(m.dtype)


def triu(m: Any, k: int = 0) -> ndarray:
    m = asarray(m)
    return m * (1 - tri(*m.shape[-2:], k=k - 1)).astype(m.dtype)


def arange(*args: Any, dtype: Any = None, **options: Any) -> ndarray:  # noqa: A002
    start, stop, step = (0, args[0], 1) if len(args) == 1 else (args[0], args[1], args[2] if len(args) > 2 else 1)
    total = builtins.max(0, math.ceil((stop - start) / step))
    real = builtins.any(isinstance(item, float) for item in (start, stop, step))
    return ndarray((total,), dtype or ("float64" if real else "int64"), [start + index * step for index in range(total)] if total <= LIMIT else None)


def linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None, axis: int = 0) -> Any:  # noqa: A002
    start, stop, num = float(start), float(stop), int(num)
    step = (stop - start) / builtins.max(num - 1 if endpoint else num, 1)
    values = [start + index * step for index in range(num)]
    if endpoint and num > 1:
        values[-1] = stop
    made = ndarray((num,), "float64", values)
    made = made if dtype is None else made.astype(dtype)
    return (made, step) if retstep else made


def logspace(start: float, stop: float, num: int = 50, endpoint: bool = True, base: float = 10.0, dtype: Any = None) -> ndarray:  # noqa: A002
    return power(base, linspace(start, stop, num, endpoint))


def geomspace(start: float, stop: float, num: int = 50, endpoint: bool = True, dtype: Any = None) -> ndarray:  # noqa: A002
    return exp(linspace(math.log(start), math.log(stop), num, endpoint))


def meshgrid(*arrays: Any, indexing: str = "xy", **options: Any) -> list:
    items = [asarray(item).ravel() for item in arrays]
    order = list(range(len(items)))
    if indexing == "xy" and len(items) > 1:
        order[0], order[1] = 1, 0
    shape = tuple(items[axis].size for axis in order)
    found = []
    for position, item in enumerate(items):
        extents = [1] * len(items)
        extents[order.index(position)] = item.size
        found.append(broadcast_to(item.reshape(extents), shape))
    return found


def broadcast_to(a: Any, shape: Any, **options: Any) -> ndarray:
    a = asarray(a)
    wanted = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    known = a._value is not None and count(wanted) <= LIMIT
    return ndarray(wanted, a.dtype, broadcast_value(a._value, a.shape, wanted) if known else None)


def broadcast_arrays(*args: Any, **options: Any) -> list:
    shape = broadcast_shape(*(asarray(item).shape for item in args))
    return [broadcast_to(item, shape) for item in args]


# Element by element.


def _unary(function: Callable, kind: Callable = floating_kind) -> Callable:
    def apply(x: Any, *args: Any, **options: Any) -> Any:
        if hasattr(x, "requires_grad"):
            return getattr(x, function.__name__.replace("fabs", "abs"))()
        return element_wise(function, kind, x)

    return apply


sqrt, exp, log, log2, log10, log1p, expm1 = (_unary(item) for item in (math.sqrt, math.exp, math.log, math.log2, math.log10, math.log1p, math.expm1))
sin, cos, tan, arcsin, arccos, arctan = (_unary(item) for item in (math.sin, math.cos, math.tan, math.asin, math.acos, math.atan))
sinh, cosh, tanh, radians, degrees = (_unary(item) for item in (math.sinh, math.cosh, math.tanh, math.radians, math.degrees))
deg2rad, rad2deg = radians, degrees
ceil, floor = _unary(lambda x: float(math.ceil(x))), _unary(lambda x: float(math.floor(x)))
trunc = fix = _unary(lambda x: float(math.trunc(x)))
rint = _unary(lambda x: float(builtins.round(x)))
square, sign = _unary(lambda x: x * x, together), _unary(lambda x: (x > 0) - (x < 0), together)
absolute = abs = fabs = _unary(builtins.abs, together)  # noqa: A001
negative, logical_not = _unary(lambda x: -x, together), _unary(lambda x: not x, truth)
isnan, isinf, isfinite = _unary(math.isnan, truth), _unary(math.isinf, truth), _unary(math.isfinite, truth)
exp2, reciprocal = _unary(lambda x: 2.0**x), _unary(lambda x: 1 / x)


def _binary(function: Callable, kind: Callable = together) -> Callable:
    return lambda a, b, *args, **options: element_wise(function, kind, a, b)


add, subtract, multiply = _binary(lambda a, b: a + b), _binary(lambda a, b: a - b), _binary(lambda a, b: a * b)
divide = true_divide = _binary(lambda a, b: a / b, floating_kind)
floor_divide, mod, power = _binary(lambda a, b: a // b), _binary(lambda a, b: a % b), _binary(lambda a, b: a**b)
remainder, maximum, minimum = mod, _binary(builtins.max), _binary(builtins.min)
arctan2, hypot = _binary(math.atan2, floating_kind), _binary(math.hypot, floating_kind)
greater, greater_equal = _binary(lambda a, b: a > b, truth), _binary(lambda a, b: a >= b, truth)
less, less_equal = _binary(lambda a, b: a < b, truth), _binary(lambda a, b: a <= b, truth)
equal, not_equal = _binary(lambda a, b: a == b, truth), _binary(lambda a, b: a != b, truth)
logical_and, logical_or = _binary(lambda a, b: bool(a and b), truth), _binary(lambda a, b: bool(a or b), truth)
logical_xor, bitwise_and, bitwise_or = _binary(lambda a, b: bool(a) != bool(b), truth), _binary(lambda a, b: a & b), _binary(lambda a, b: a | b)
gcd, lcm = _binary(math.gcd), _binary(math.lcm)


def round(a: Any, decimals: int = 0, **options: Any) -> Any:  # noqa: A001
    return element_wise(lambda x: builtins.round(x, decimals), together, a)


around = round_ = round


def clip(a: Any, a_min: Any = None, a_max: Any = None, **options: Any) -> Any:
    low, high = options.get("min", a_min), options.get("max", a_max)
    result = a if low is None else maximum(a, low)
    return result if high is None else minimum(result, high)


def where(condition: Any, *choices: Any) -> Any:
    if choices:
        return element_wise(lambda c, a, b: a if c else b, lambda c, a, b: promote(a.dtype, b.dtype), condition, *choices)
    return nonzero(condition)


def nonzero(a: Any) -> tuple:
    a = asarray(a)
    found = [index for index, item in enumerate(a._contents()) if item]
    return tuple(
        ndarray((len(found),), "int64", [place // step % extent for place in found]) for step, extent in zip(strides(a.shape), a.shape)
    )


# Reductions.


def _reduce(a: Any, axis: Any, keepdims: bool, function: Callable, kind: Any = None) -> Any:
    a = asarray(a)
    chosen = list(range(a.ndim)) if axis is None else [item % a.ndim for item in (axis if isinstance(axis, (tuple, list)) else (axis,))]
    kept = [index for index in range(a.ndim) if index not in chosen]
    shape = tuple(a.shape[index] for index in kept)
    made = dtype(kind) if kind is not None else a.dtype
    value = None
    if a._value is not None:
        own = strides(a.shape)
        starts = gather(list(range(a.size)), shape, [own[index] for index in kept], 0) if a.size else [0] * count(shape)
        inner = tuple(a.shape[index] for index in chosen)
        value = [function(gather(a._value, inner, [own[index] for index in chosen], start)) for start in starts]
    if keepdims:
        shape = tuple(1 if index in chosen else extent for index, extent in enumerate(a.shape))
    if not shape and value is not None:
        return SCALARS[made.name](value[0])
    return ndarray(shape, made, value)


def _reduction(function: Callable, kind: Callable = lambda a: None) -> Callable:
    def apply(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, **options: Any) -> Any:  # noqa: A002
        return _reduce(a, axis, keepdims, function, dtype or kind(asarray(a)))

    return apply


def _sum_kind(a: ndarray) -> Any:
    return "int64" if a.dtype.kind in "bi" else "uint64" if a.dtype.kind == "u" else None


def _real_kind(a: ndarray) -> Any:
    return None if a.dtype.kind == "f" else "float64"


def _mean(items: list) -> float:
    return math.fsum(items) / len(items) if items else math.nan


def _variance(items: list) -> float:
    middle = _mean(items)
    return _mean([(item - middle) ** 2 for item in items])


def _middle(items: list) -> float:
    ordered, half = sorted(items), len(items) // 2
    return ordered[half] if len(items) % 2 else (ordered[half - 1] + ordered[half]) / 2


sum, prod = _reduction(builtins.sum, _sum_kind), _reduction(math.prod, _sum_kind)  # noqa: A001
mean, var, std = _reduction(_mean, _real_kind), _reduction(_variance, _real_kind), _reduction(lambda items: math.sqrt(_variance(items)), _real_kind)
average, median = mean, _reduction(_middle, _real_kind)
max, min = _reduction(builtins.max), _reduction(builtins.min)  # noqa: A001
amax, amin, product = max, min, prod
all, any = _reduction(lambda items: builtins.all(items), lambda a: "bool"), _reduction(lambda items: builtins.any(items), lambda a: "bool")  # noqa: A001
argmax = _reduction(lambda items: items.index(builtins.max(items)), lambda a: "int64")
argmin = _reduction(lambda items: items.index(builtins.min(items)), lambda a: "int64")
count_nonzero = _reduction(lambda items: builtins.sum(1 for item in items if item), lambda a: "int64")
nansum, nanmean, nanmax, nanmin = sum, mean, max, min


def _running(function: Callable) -> Callable:
    def apply(a: Any, axis: Any = None, dtype: Any = None, **options: Any) -> ndarray:  # noqa: A002
        a = asarray(a)
        if axis is None or a.ndim == 1:
            flat = a.ravel()
            return ndarray(flat.shape, dtype or _sum_kind(a) or a.dtype, list(itertools.accumulate(flat._value, function)) if flat._value is not None else None)
        return ndarray(a.shape, dtype or a.dtype)

    return apply


cumsum, cumprod = _running(lambda a, b: a + b), _running(lambda a, b: a * b)


def diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    a = asarray(a)
    return a[..., 1:] - a[..., :-1]


# Questions.


def isscalar(element: Any) -> bool:
    return isinstance(element, (int, float, complex, str, bytes, generic))


def iterable(y: Any) -> bool:
    return hasattr(y, "__iter__")


def isclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, **options: Any) -> Any:
    return element_wise(lambda x, y: builtins.abs(x - y) <= atol + rtol * builtins.abs(y), truth, a, b)


def allclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, **options: Any) -> bool:
    return bool(all(isclose(a, b, rtol, atol)))


def array_equal(a: Any, b: Any, **options: Any) -> bool:
    one, other = asarray(a), asarray(b)
    return one.shape == other.shape and one._value == other._value


def shape(a: Any) -> tuple:
    return asarray(a).shape


def ndim(a: Any) -> int:
    return asarray(a).ndim


def size(a: Any, axis: Any = None) -> int:
    return asarray(a).size if axis is None else asarray(a).shape[axis]


def issubdtype(one: Any, other: Any) -> bool:
    kind = SCALARS[dtype(one).name]
    return issubclass(kind, other) if isinstance(other, type) and issubclass(other, generic) else dtype(one) == other


def result_type(*given: Any) -> dtype:
    return promote(*(item.dtype if hasattr(item, "dtype") and not isinstance(item, type) else dtype(item) for item in given))


def may_share_memory(a: Any, b: Any) -> bool:
    return a is b


def vectorize(pyfunc: Callable, *args: Any, **options: Any) -> Callable:
    return lambda *operands: element_wise(pyfunc, floating_kind, *operands)


def frombuffer(buffer: Any, dtype: Any = float, count: int = -1, offset: int = 0) -> ndarray:  # noqa: A002
    kind = globals()["promote"](globals()["_dtype_of"](dtype))
    return ndarray(((len(buffer) - offset) // kind.itemsize if count < 0 else count,), kind)


_dtype_of = dtype


def _method(function: Callable) -> Callable:
    return lambda self, *args, **options: function(self, *args, **options)


for _name in ("sum", "prod", "mean", "std", "var", "max", "min", "argmax", "argmin", "all", "any", "cumsum", "cumprod", "clip", "round", "nonzero"):
    setattr(ndarray, _name, _method(globals()[_name]))
__all__ = [name for name, item in list(globals().items()) if not name.startswith("_") and callable(item) and name not in ("Any", "Callable", "ndarray", "dtype", "generic", "count")]
