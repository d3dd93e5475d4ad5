"""Order and counting: sort, topk, searchsorted, nonzero, unique, bincount. Sizes that depend on data are bounded above."""

from __future__ import annotations

import bisect
from typing import Any

from .._meta import dtype as d
from .._meta import recorder
from .._meta import shape as s
from .._meta import values
from .._tensor import Tensor
from .named import Pair
from .registry import long_name, make, make_many, operator
from .spread import indices_of, kept_of


def _no_complex(name: str, input: Tensor) -> None:  # noqa: A002
    if input.dtype.category == d.COMPLEX and input._shape:
        raise RuntimeError(f"{name}(): does not support complex types: {long_name(input.dtype)}")


def _order(line: list, descending: bool) -> list[int]:
    return sorted(range(len(line)), key=line.__getitem__, reverse=descending)


def _sorted(name: str, input: Tensor, axis: int, descending: bool, length: int, attributes: dict) -> Pair:  # noqa: A002
    shape = input._shape[:axis] + (length,) + input._shape[axis + 1 :] if input._shape else ()
    items = places = None
    if input._value is not None:
        places = values.along(input._value, input._shape, axis, lambda line: _order(line, descending)[:length])
        items = values.along(
            input._value, input._shape, axis, lambda line: [line[i] for i in _order(line, descending)[:length]]
        )
    kept, indices = make_many(name, (input,), [(shape, input.dtype, items), (shape, d.int64, places)], attributes)
    return Pair(kept, indices_of(indices, input._shape[axis] if input._shape else 1))


@operator()
def sort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False, *, out: Any = None) -> Pair:  # noqa: A002
    _no_complex("sort", input)
    axis = s.axis(dim, len(input._shape))
    length = input._shape[axis] if input._shape else 1
    return _sorted("sort", input, axis, descending, length, {"dim": axis, "descending": descending})


@operator()
def argsort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Tensor:  # noqa: A002
    _no_complex("argsort", input)
    axis = s.axis(dim, len(input._shape))
    value = None
    if input._value is not None:
        value = values.along(input._value, input._shape, axis, lambda line: _order(line, descending))
    return make("argsort", input._shape, d.int64, (input,), {"dim": axis, "descending": descending}, value)


@operator()
def msort(input: Tensor, *, out: Any = None) -> Tensor:  # noqa: A002
    return sort(input, 0).values


@operator()
def topk(input: Tensor, k: Any, dim: int = -1, largest: bool = True, sorted: bool = True, *, out: Any = None) -> Pair:  # noqa: A002
    _no_complex("topk", input)
    if input.dtype is d.bool_ and input._shape:
        raise RuntimeError("\"topk_cpu\" not implemented for 'Bool'")
    axis = s.axis(dim, len(input._shape))
    length = s.index(k)
    if not 0 <= length <= (input._shape[axis] if input._shape else 1):
        raise RuntimeError("selected index k out of range")
    return _sorted("topk", input, axis, largest, length, {"dim": axis, "k": length, "largest": largest})


@operator(method=False)
def searchsorted(sorted_sequence: Tensor, input: Any, *, out_int32: bool = False, right: bool = False, side: str | None = None, sorter: Any = None, out: Any = None) -> Tensor:  # noqa: A002
    shape = input._shape if isinstance(input, Tensor) else ()
    line = sorted_sequence._shape
    if isinstance(input, Tensor):
        if len(line) != 1 and (len(line) != len(shape) or line[:-1] != shape[:-1]):
            raise RuntimeError(
                "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor "
                f"and input value tensor must match, but we got boundaries tensor {list(line)} and input value tensor {list(shape)}"
            )
    elif len(line) != 1:
        raise RuntimeError("torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1")
    wanted = input._value if isinstance(input, Tensor) else [input]
    value = None
    if wanted is not None and sorted_sequence._value is not None and len(line) == 1 and sorter is None:
        find = bisect.bisect_right if right or side == "right" else bisect.bisect_left
        value = [find(sorted_sequence._value, item) for item in wanted]
    inputs = (sorted_sequence, input) if isinstance(input, Tensor) else (sorted_sequence,)
    return make("searchsorted", shape, d.int32 if out_int32 else d.int64, inputs, None, value)


@operator(method=False)
def bucketize(input: Any, boundaries: Tensor, *, out_int32: bool = False, right: bool = False, out: Any = None) -> Tensor:  # noqa: A002
    if len(boundaries._shape) != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({len(boundaries._shape)})")
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


def _depending(name: str) -> str:
    return f"The size that {name} gives depends on data; the largest is counted."


def _depends(name: str) -> None:
    recorder.note("data-dependent", _depending(name))


@operator()
def nonzero(input: Tensor, *, as_tuple: bool = False, out: Any = None) -> Any:  # noqa: A002
    rank = len(input._shape)
    shape = input._shape
    places = None
    if input._value is not None:
        places = [index for index, item in enumerate(input._value) if item]
        found = len(places)
    else:
        found = kept_of(input, _depending("nonzero"))
        if rank == 1 and input._share is not None:
            # Which experts are chosen nobody knows; the first ones stand for them, so that `experts[i]` goes on.
            places = list(range(found))
    columns: list = [None] * rank
    if places is not None:
        strides = values.strides_of(shape)
        columns = [[place // strides[axis] % shape[axis] for place in places] for axis in range(rank)]
    if as_tuple:
        if rank == 0:
            return (make("nonzero", (found,), d.int64, (input,), None, [0] * found),)
        return tuple(make_many("nonzero", (input,), [((found,), d.int64, column) for column in columns]))
    value = None
    if places is not None:
        value = [column[row] for row in range(found) for column in columns]
    return make("nonzero", (found, rank), d.int64, (input,), None, value)


@operator()
def argwhere(input: Tensor) -> Tensor:  # noqa: A002
    return nonzero(input)


@operator(method=False)
def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1) -> Tensor:  # noqa: A002
    return make("nonzero", (size, len(input._shape)), d.int64, (input,))


@operator()
def masked_select(input: Tensor, mask: Tensor, *, out: Any = None) -> Tensor:  # noqa: A002
    if mask.dtype is not d.bool_:
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = s.broadcast(input._shape, mask._shape)
    kept = value = None
    if mask._value is not None and values.fits(s.count(shape), False):
        flags = values.broadcast(mask._value, mask._shape, shape)
        kept = sum(1 for item in flags if item)
        if input._value is not None:
            items = values.broadcast(input._value, input._shape, shape)
            value = [item for item, flag in zip(items, flags) if flag]
    elif mask._shape == shape:
        kept = kept_of(mask, _depending("masked_select"))
    else:
        _depends("masked_select")
    return make("masked_select", (s.count(shape) if kept is None else kept,), input.dtype, (input, mask), None, value)


def _unique(name: str, input: Tensor, return_inverse: bool, return_counts: bool, dim: Any, is_consecutive: bool) -> Any:  # noqa: A002
    kept: list | None = None
    inverse = counts = None
    if input._value is not None and dim is None:
        if is_consecutive:
            kept = [item for index, item in enumerate(input._value) if index == 0 or item != input._value[index - 1]]
        else:
            kept = sorted(set(input._value))
            rank = {item: index for index, item in enumerate(kept)}
            inverse = [rank[item] for item in input._value]
            counts = [0] * len(kept)
            for place in inverse:
                counts[place] += 1
    else:
        _depends(name)
    if dim is None:
        length = len(kept) if kept is not None else input.numel()
        shape: tuple = (length,)
        positions = input._shape
    else:
        axis = s.axis(dim, len(input._shape))
        length = input._shape[axis]
        shape, positions = input._shape, (length,)
    outputs = [(shape, input.dtype, kept)]
    if return_inverse:
        outputs.append((positions, d.int64, inverse))
    if return_counts:
        outputs.append(((length,), d.int64, counts))
    results = make_many(name, (input,), outputs)
    return results[0] if len(results) == 1 else tuple(results)


@operator()
def unique(input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None) -> Any:  # noqa: A002
    return _unique("unique", input, return_inverse, return_counts, dim, False)


@operator()
def unique_consecutive(input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None) -> Any:  # noqa: A002
    return _unique("unique_consecutive", input, return_inverse, return_counts, dim, True)


@operator()
def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:  # noqa: A002
    if len(input._shape) != 1 or input.dtype.category != d.INTEGER:
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    kind = d.int64
    if weights is not None:
        if weights._shape != input._shape:
            raise RuntimeError("weights should be 1-d and have the same length as input")
        kind = d.float32 if weights.dtype is d.float32 else d.float64
    value = None
    length = minlength
    if input._value is not None:
        if any(item < 0 for item in input._value):
            raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
        length = max([minlength, *(item + 1 for item in input._value)])
        if weights is None and values.fits(length, False):
            value = [0] * length
            for item in input._value:
                value[item] += 1
    elif input._share is not None:
        length = max(minlength, round(1 / input._share))
    elif input.numel():
        _depends("bincount")
        length = max(minlength, input.numel())
    inputs = (input,) if weights is None else (input, weights)
    return make("bincount", (length,), kind, inputs, {"minlength": minlength}, value)


@operator()
def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0, *, out: Any = None) -> Tensor:  # noqa: A002
    if input.dtype.category != d.FLOAT:
        raise RuntimeError(f"\"histogram_cpu\" not implemented for '{long_name(input.dtype)}'")
    if bins <= 0:
        raise RuntimeError("bins must be > 0")
    return make("histc", (bins,), input.dtype, (input,), {"bins": bins})


@operator()
def histogram(input: Tensor, bins: Any, *, range: Any = None, weight: Tensor | None = None, density: bool = False) -> tuple:  # noqa: A002
    count = bins._shape[0] - 1 if isinstance(bins, Tensor) else s.index(bins)
    return tuple(make_many("histogram", (input,), [((count,), input.dtype, None), ((count + 1,), input.dtype, None)]))
