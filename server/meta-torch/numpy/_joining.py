"""Functions that join arrays, move their elements, sort and multiply them."""

from __future__ import annotations

import builtins
import itertools
import math
from typing import Any

from ._array import LIMIT, broadcast_shape, count, element_wise, floating_kind, ndarray
from ._dtype import promote
from ._functions import array, asarray, nonzero


def concatenate(arrays: Any, axis: int = 0, **options: Any) -> ndarray:
    items = [asarray(item) for item in arrays]
    if axis is None:
        items, axis = [item.ravel() for item in items], 0
    axis %= items[0].ndim
    shape = list(items[0].shape)
    shape[axis] = builtins.sum(item.shape[axis] for item in items)
    kind = promote(*(item.dtype for item in items))
    value = None
    if builtins.all(item._value is not None for item in items):
        blocks = [count(item.shape[axis:]) for item in items]
        value = [x for row in range(count(tuple(shape[:axis]))) for item, block in zip(items, blocks) for x in item._value[row * block : (row + 1) * block]]
    return ndarray(shape, kind, value)


concat = concatenate


def stack(arrays: Any, axis: int = 0, **options: Any) -> ndarray:
    items = [asarray(item) for item in arrays]
    at = axis % (items[0].ndim + 1)
    return concatenate([expand_dims(item, at) for item in items], at)


def vstack(arrays: Any) -> ndarray:
    return concatenate([item.reshape(1, -1) if item.ndim == 1 else item for item in map(asarray, arrays)], 0)


def hstack(arrays: Any) -> ndarray:
    items = [asarray(item) for item in arrays]
    return concatenate(items, 0 if items[0].ndim == 1 else 1)


def expand_dims(a: Any, axis: Any) -> ndarray:
    a = asarray(a)
    at = axis % (a.ndim + 1)
    return a.reshape(a.shape[:at] + (1,) + a.shape[at:])


def reshape(a: Any, newshape: Any = None, order: str = "C", **options: Any) -> ndarray:
    return asarray(a).reshape(newshape if newshape is not None else options["shape"])


def transpose(a: Any, axes: Any = None) -> ndarray:
    return asarray(a).transpose(*([axes] if axes is not None else []))


def squeeze(a: Any, axis: Any = None) -> ndarray:
    return asarray(a).squeeze(axis)


def ravel(a: Any, order: str = "C") -> ndarray:
    return asarray(a).ravel()


def flip(m: Any, axis: Any = None) -> ndarray:
    m = asarray(m)
    chosen = range(m.ndim) if axis is None else [axis % m.ndim]
    return m[tuple(slice(None, None, -1) if index in chosen else slice(None) for index in range(m.ndim))]


def roll(a: Any, shift: int, axis: Any = None) -> ndarray:
    a = asarray(a)
    if axis is None and a._value is not None and a.size:
        by = shift % a.size
        return ndarray(a.shape, a.dtype, a._value[-by:] + a._value[:-by] if by else list(a._value))
    return ndarray(a.shape, a.dtype)


def repeat(a: Any, repeats: int, axis: Any = None) -> ndarray:
    a = asarray(a).ravel() if axis is None else asarray(a)
    at = 0 if axis is None else axis % a.ndim
    index = [place for place in range(a.shape[at]) for _ in range(repeats)]
    return a[(slice(None),) * at + (index,)]


def tile(A: Any, reps: Any) -> ndarray:  # noqa: N803
    a = asarray(A)
    times = tuple(reps) if isinstance(reps, (tuple, list)) else (reps,)
    a = a.reshape((1,) * (len(times) - a.ndim) + a.shape)
    times = (1,) * (a.ndim - len(times)) + times
    for axis, number in enumerate(times):
        a = concatenate([a] * number, axis) if number != 1 else a
    return a


def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list:
    a = asarray(ary)
    at = axis % a.ndim
    size = a.shape[at]
    cuts = [size * part // indices_or_sections for part in range(1, indices_or_sections)] if isinstance(indices_or_sections, int) else list(indices_or_sections)
    bounds = [0, *cuts, size]
    return [a[(slice(None),) * at + (slice(low, high),)] for low, high in zip(bounds, bounds[1:])]


def array_split(ary: Any, sections: int, axis: int = 0) -> list:
    a = asarray(ary)
    whole, extra = divmod(a.shape[axis], sections)
    cuts = list(itertools.accumulate([whole + 1] * extra + [whole] * (sections - extra)))[:-1]
    return split(a, cuts, axis)


def pad(array: Any, pad_width: Any, mode: str = "constant", **options: Any) -> ndarray:
    a = asarray(array)
    widths = [(pad_width, pad_width)] * a.ndim if isinstance(pad_width, int) else [tuple(item) if isinstance(item, (tuple, list)) else (item, item) for item in pad_width]
    widths = widths * a.ndim if len(widths) == 1 else widths
    return ndarray([extent + low + high for extent, (low, high) in zip(a.shape, widths)], a.dtype)


def moveaxis(a: Any, source: int, destination: int) -> ndarray:
    a = asarray(a)
    order = [index for index in range(a.ndim) if index != source % a.ndim]
    order.insert(destination % a.ndim, source % a.ndim)
    return a.transpose(order)


def swapaxes(a: Any, axis1: int, axis2: int) -> ndarray:
    return asarray(a).swapaxes(axis1, axis2)


def sort(a: Any, axis: int = -1, **options: Any) -> ndarray:
    a = asarray(a)
    return ndarray(a.shape, a.dtype, sorted(a._value) if a.ndim == 1 and a._value is not None else None)


def argsort(a: Any, axis: int = -1, **options: Any) -> ndarray:
    a = asarray(a)
    known = a.ndim == 1 and a._value is not None
    return ndarray(a.shape, "int64", sorted(range(a.size), key=a._value.__getitem__) if known else None)


def unique(ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False, **options: Any) -> Any:
    items = asarray(ar).ravel()._contents()
    found = sorted(set(items))
    results = [array(found)]
    if return_index:
        results.append(array([items.index(item) for item in found]))
    if return_inverse:
        results.append(array([found.index(item) for item in items]))
    if return_counts:
        results.append(array([items.count(item) for item in found]))
    return tuple(results) if len(results) > 1 else results[0]


def matmul(a: Any, b: Any, **options: Any) -> Any:
    a, b = asarray(a), asarray(b)
    if a.shape[-1] != b.shape[-2 if b.ndim > 1 else 0]:
        raise ValueError(f"matmul: Input operand 1 has a mismatch in its core dimension 0 ({a.shape} and {b.shape})")
    batch = broadcast_shape(a.shape[:-2], b.shape[:-2])
    shape = batch + a.shape[-2:-1] + (b.shape[-1:] if b.ndim > 1 else ())
    made = ndarray(shape, promote(a.dtype, b.dtype))
    if not batch and a._value is not None and b._value is not None:
        inner, columns = a.shape[-1], b.shape[-1] if b.ndim > 1 else 1
        rows = a.size // inner if inner else 0
        if rows * columns * inner <= LIMIT:
            made._value = [builtins.sum(a._value[i * inner + k] * b._value[k * columns + j] for k in range(inner)) for i in range(rows) for j in range(columns)]
    return made if shape else (made._value[0] if made._value else made)


dot = matmul


def outer(a: Any, b: Any) -> Any:
    return asarray(a).reshape(-1, 1) * asarray(b).reshape(1, -1)


def einsum(subscripts: str, *operands: Any, **options: Any) -> ndarray:
    terms, _, result = subscripts.replace(" ", "").partition("->")
    extents: dict = {}
    for term, operand in zip(terms.split(","), operands):
        extents.update(zip(term, asarray(operand).shape))
    return ndarray([extents[letter] for letter in result], promote(*(asarray(item).dtype for item in operands)))


def interp(x: Any, xp: Any, fp: Any, *args: Any) -> Any:
    xs, ys = asarray(xp)._contents(), asarray(fp)._contents()

    def at(point: float) -> float:
        if point <= xs[0]:
            return ys[0]
        for low, high, one, other in zip(xs, xs[1:], ys, ys[1:]):
            if point <= high:
                return one + (other - one) * (point - low) / (high - low)
        return ys[-1]

    return element_wise(at, floating_kind, x)


def argwhere(a: Any) -> ndarray:
    return stack(nonzero(a), 1)


for _name, _function in {"dot": dot, "argsort": argsort}.items():
    setattr(ndarray, _name, _function)
__all__ = [name for name, item in list(globals().items()) if not name.startswith("_") and getattr(item, "__module__", "") == __name__]
