"""Reading and writing by index tensors: gather, scatter, index_select, index_add, take and their kin."""

from __future__ import annotations

from typing import Any

from .._meta import dtype as d
from .._meta import shape as s
from .._meta import values
from .._tensor import Tensor
from .indexing import getitem, setitem
from .registry import cast_list, functions, long_name, make, operator


def _needs_index(name: str, index: Any, allows_int32: bool = False) -> None:
    if not isinstance(index, Tensor):
        raise TypeError(f"{name}(): argument 'index' must be Tensor, not {type(index).__name__}")
    if index.dtype is not d.int64 and not (allows_int32 and index.dtype is d.int32):
        raise RuntimeError(f"{name}(): Expected dtype int64 for index")


def _rank(tensor: Tensor) -> int:
    return len(tensor._shape) or 1


def _within(index: tuple, bounds: tuple, skip: int) -> bool:
    return all(a <= b for axis, (a, b) in enumerate(zip(index, bounds)) if axis != skip)


@operator()
def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False, out: Any = None) -> Tensor:  # noqa: A002
    axis = s.axis(s.index(dim), len(input._shape))
    _needs_index("gather", index, allows_int32=True)
    if index.numel() == 0:
        return make("gather", index._shape, input.dtype, (input, index), {"dim": axis})
    if _rank(index) != _rank(input):
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")
    if not _within(index._shape, input._shape, axis):
        raise RuntimeError(
            f"Size does not match at dimension {axis} expected index {list(index._shape)} to be no larger than self "
            f"{list(input._shape)} apart from dimension {axis}"
        )
    value = None
    if index._value is not None and input._shape:
        places = _places(input._shape, index, axis)
        value = None if input._value is None else [input._value[place] for place in places]
    return make("gather", index._shape, input.dtype, (input, index), {"dim": axis}, value)


def _places(shape: tuple, index: Tensor, axis: int) -> list[int]:
    """Flat offsets in `shape` of each element of `index`, whose numbers stand in for the position along `axis`."""
    strides = values.strides_of(shape)
    kept = [0 if position == axis else stride for position, stride in enumerate(strides)]
    base = [0]
    for extent, stride in zip(index._shape, kept):
        base = [start + step * stride for start in base for step in range(extent)]
    extent = shape[axis]
    found = []
    for start, number in zip(base, index._value or []):
        if not -extent <= number < extent:
            raise RuntimeError(f"index {number} is out of bounds for dimension {axis} with size {extent}")
        found.append(start + (number % extent) * strides[axis])
    return found


@operator()
def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None, *, out: Any = None) -> Tensor:  # noqa: A002
    _needs_index("take_along_dim", indices)
    if dim is None:
        return gather(input.flatten(), 0, indices.flatten())
    axis = s.axis(dim, len(input._shape))
    if len(input._shape) != len(indices._shape):
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{len(input._shape)} dimensions for input, and {len(indices._shape)} dimensions for indices"
        )
    wide_index = s.broadcast(indices._shape, input._shape[:axis] + (1,) + input._shape[axis + 1 :])
    return make("gather", wide_index, input.dtype, (input, indices), {"dim": axis})


_REDUCTIONS = {
    "sum": lambda a, b: a + b, "add": lambda a, b: a + b, "prod": lambda a, b: a * b, "multiply": lambda a, b: a * b,
    "amax": max, "amin": min, "mean": None,
}


def _scattered(name: str, self: Tensor, dim: int, index: Tensor, src: Any, reduce: str | None) -> Tensor:
    axis = s.axis(s.index(dim), len(self._shape))
    _needs_index("scatter", index, allows_int32=True)
    is_tensor = isinstance(src, Tensor)
    if is_tensor and src.dtype is not self.dtype:
        raise RuntimeError(f"{name}(): Expected self.dtype to be equal to src.dtype")
    if index.numel():
        if _rank(index) != _rank(self) or (is_tensor and _rank(src) != _rank(index)):
            raise RuntimeError("Index tensor must have the same number of dimensions as self tensor")
        if not _within(index._shape, self._shape, axis) or (is_tensor and not _within(index._shape, src._shape, -1)):
            raise RuntimeError(
                f"Expected index {list(index._shape)} to be no larger than self {list(self._shape)} apart from dimension {axis}"
                + (f" and to be no larger size than src {list(src._shape)}" if is_tensor else "")
            )
    value = None
    source = src._value if is_tensor else [src]
    if self._value is not None and index._value is not None and source is not None and self._shape and (reduce is None or _REDUCTIONS.get(reduce)):
        value = list(self._value)
        if is_tensor:
            strides = values.strides_of(src._shape)
            taken = values.gather(source, index._shape, strides, 0) if index._shape else source
        else:
            taken = source * index.numel()
        combine = _REDUCTIONS[reduce] if reduce is not None else None
        for place, item in zip(_places(self._shape, index, axis), taken):
            value[place] = item if combine is None else combine(value[place], item)
        value = cast_list(value, self.dtype)
    inputs = (self, index, src) if is_tensor else (self, index)
    return make(name, self._shape, self.dtype, inputs, {"dim": axis, "reduce": reduce or "none"}, value)


@operator(in_place=True)
def scatter(input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: str | None = None, out: Any = None) -> Tensor:  # noqa: A002
    source = value if src is None else src
    if source is None:
        raise TypeError("scatter() missing a required argument: 'src' or 'value'")
    if reduce is not None and reduce not in ("add", "multiply"):
        raise RuntimeError("reduce argument must be either add or multiply.")
    return _scattered("scatter", input, dim, index, source, reduce)


@operator(in_place=True)
def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor, *, out: Any = None) -> Tensor:  # noqa: A002
    return _scattered("scatter_add", input, dim, index, src, "add")


@operator(in_place=True)
def scatter_reduce(input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True) -> Tensor:  # noqa: A002
    if reduce not in _REDUCTIONS:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    result = _scattered("scatter_reduce", input, dim, index, src, reduce)
    if not include_self:
        result._value = None
    return result


def _line_index(name: str, index: Any) -> int:
    if not isinstance(index, Tensor):
        raise TypeError(f"{name}(): argument 'index' must be Tensor, not {type(index).__name__}")
    if index.dtype not in (d.int64, d.int32):
        raise RuntimeError(f"{name}(): Expected dtype int32 or int64 for index")
    if len(index._shape) > 1:
        raise IndexError(f"{name}(): Index is supposed to be a vector, but got dim: {len(index._shape)} with size {list(index._shape)}")
    return index.numel()


@operator()
def index_select(input: Tensor, dim: int, index: Tensor, *, out: Any = None) -> Tensor:  # noqa: A002
    axis = s.axis(s.index(dim), len(input._shape))
    length = _line_index("index_select", index)
    shape = input._shape[:axis] + (length,) + input._shape[axis + 1 :] if input._shape else ()
    value = None
    if input._value is not None and index._value is not None and input._shape:
        extent = input._shape[axis]
        for number in index._value:
            if not 0 <= number < extent:
                raise IndexError("index out of range in self")
        picks = index._value
        value = values.along(input._value, input._shape, axis, lambda line: [line[number] for number in picks])
    return make("index_select", shape, input.dtype, (input, index), {"dim": axis}, value)


def _into_lines(name: str, self: Tensor, dim: int, index: Tensor, source: Any, attributes: dict | None = None) -> Tensor:
    axis = s.axis(s.index(dim), len(self._shape))
    if name == "index_fill" and index.dtype is not d.int64:
        raise IndexError("index_fill_(): Expected dtype int64 for index.")
    length = _line_index(name, index)
    inputs = (self, index)
    if isinstance(source, Tensor):
        if source.dtype is not self.dtype and name != "index_fill":
            raise RuntimeError(f"{name}(): self and source expected to have the same dtype, but got (self) {long_name(self.dtype)} and (source) {long_name(source.dtype)}")
        if name != "index_fill":
            expected = self._shape[:axis] + (length,) + self._shape[axis + 1 :] if self._shape else ()
            if source._shape != expected:
                raise RuntimeError(
                    f"{name}(): Source/destination tensor must have same slice shapes. Destination slice shape: {list(expected)} "
                    f"and source shape: {list(source._shape)}"
                )
        inputs = (self, index, source)
    return make(name, self._shape, self.dtype, inputs, {"dim": axis, **(attributes or {})})


@operator(in_place=True)
def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Any = 1, out: Any = None) -> Tensor:  # noqa: A002
    return _into_lines("index_add", input, dim, index, source)


@operator(in_place=True)
def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor, *, out: Any = None) -> Tensor:  # noqa: A002
    return _into_lines("index_copy", input, dim, index, source)


@operator(in_place=True)
def index_reduce(input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *, include_self: bool = True) -> Tensor:  # noqa: A002
    return _into_lines("index_reduce", input, dim, index, source, {"reduce": reduce})


@operator(in_place=True)
def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:  # noqa: A002
    if isinstance(value, Tensor) and value._shape:
        raise RuntimeError(f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {len(value._shape)} dimension(s).")
    return _into_lines("index_fill", input, dim, index, value)


@operator(in_place=True)
def index_put(input: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:  # noqa: A002
    result = functions["clone"](input)
    setitem(result, tuple(slice(None) if item is None else item for item in indices), values)
    return result


@operator()
def take(input: Tensor, index: Tensor, *, out: Any = None) -> Tensor:  # noqa: A002
    if index.dtype is not d.int64:
        raise RuntimeError(f"take(): Expected a long tensor for index, but got {long_name(index.dtype)}")
    value = None
    if input._value is not None and index._value is not None:
        if any(not -len(input._value) <= number < len(input._value) for number in index._value):
            raise IndexError("out of range: tried to access index of a tensor with fewer elements")
        value = [input._value[number] for number in index._value]
    return make("take", index._shape, input.dtype, (input, index), None, value)


@operator("put", in_place=True)
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:  # noqa: A002
    if index.dtype is not d.int64:
        raise RuntimeError("put_(): Expected a long tensor for index")
    if source.dtype is not input.dtype:
        raise RuntimeError("put_(): self and source expected to have the same dtype")
    if index.numel() != source.numel():
        raise RuntimeError("put_(): Expected source and index to have the same number of elements")
    return make("put", input._shape, input.dtype, (input, index, source))


def _whole_region(name: str, region: Any) -> None:
    """`select_scatter` and its kin: a copy with one region written."""

    def implementation(input: Tensor, src: Tensor, *args: Any, **options: Any) -> Tensor:  # noqa: A002
        expected = region(input, *args, **options)._shape
        if src._shape != expected:
            raise RuntimeError(f"expected src to have a size equal to the slice of self. src size = {list(src._shape)}, slice size = {list(expected)}")
        return make(name, input._shape, input.dtype, (input, src))

    implementation.__name__ = name
    operator(name)(implementation)


def _slice(input: Tensor, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Tensor:  # noqa: A002
    axis = s.axis(dim, len(input._shape))
    return getitem(input, (slice(None),) * axis + (slice(start, end, step),))


_whole_region("select_scatter", lambda input, dim, index: functions["select"](input, dim, index))
_whole_region("slice_scatter", _slice)
_whole_region("diagonal_scatter", lambda input, offset=0, dim1=0, dim2=1: functions["diagonal"](input, offset, dim1, dim2))
