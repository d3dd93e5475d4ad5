"""`x[...]`, by torch's rules: integers, slices, None, Ellipsis, masks and index tensors, alone and mixed."""

from __future__ import annotations

from typing import Any

from .._meta import dtype as d
from .._meta import recorder
from .._meta import shape as s
from .._meta import values
from .._tensor import Tensor, fresh
from .registry import cast_list, long_name, make, make_view, overwrite
from .spread import kept_of
from .views import physical, plain, settled


def getitem(self: Tensor, key: Any) -> Tensor:
    """Shape of `self[key]`: a view where only integers, slices and None occur, a gather otherwise."""
    keys = _expanded(key, len(self._shape))
    shape: list[int] = []
    strides: list[int] = []
    own = physical(self)
    offset = 0
    axis = 0
    advanced: list[tuple[int, Any]] = []  # position in the result, index tensor
    text: list[str] = []
    for item in keys:
        if item is None:
            shape.append(1)
            strides.append(0)
            text.append("None")
            continue
        if isinstance(item, bool) or (isinstance(item, Tensor) and (item.dtype is d.bool_ or item.dtype is d.uint8)):
            mask = item if isinstance(item, Tensor) else fresh((), d.bool_, self.device, [item])
            axis = _mask(self, mask, axis, shape, strides, advanced)
            text.append("mask")
            continue
        if axis >= len(self._shape):
            raise IndexError(f"too many indices for tensor of dimension {len(self._shape)}")
        extent = self._shape[axis]
        if isinstance(item, slice):
            start, stop, step = _slice(item, extent)
            length = max(0, -(-(stop - start) // step))
            shape.append(length)
            strides.append(own[axis] * step)
            offset += start * own[axis]
            text.append(f"{start}:{stop}:{step}")
        elif isinstance(item, Tensor):
            if item.dtype is not d.int64 and item.dtype is not d.int32:
                raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
            if not item._shape and item._value is not None:
                offset += _integer(int(item._value[0]), extent, axis) * own[axis]
                text.append(str(int(item._value[0])))
            else:
                if item._value is not None:
                    _check_bounds(item._value, extent, axis)
                advanced.append((len(shape), item))
                shape.append(extent)
                strides.append(own[axis])
                text.append("tensor")
        else:
            offset += _integer(_whole(item), extent, axis) * own[axis]
            text.append(str(_whole(item)))
        axis += 1
    if axis > len(self._shape):
        raise IndexError(f"too many indices for tensor of dimension {len(self._shape)}")
    shape.extend(self._shape[axis:])
    strides.extend(own[axis:])
    attributes = {"index": text}
    value = remake = None
    if self._value is not None:
        if self._strides:  # contents are kept in row-major order
            with recorder.paused():
                value = getitem(plain(self), key)._value
        elif not advanced:
            value = values.gather(self._value, shape, strides, offset)
        remake = lambda other: getitem(other, key)  # noqa: E731
    result = tuple(shape)
    if not advanced:
        return make_view("slice", result, self, attributes, value, settled(result, strides, self), remake)
    gathered = _gather(self, result, strides, offset, advanced, attributes)
    if self._strides and self._value is not None:
        gathered._value = value
    return gathered


def _gather(self: Tensor, shape: tuple, strides: list, offset: int, advanced: list, attributes: dict) -> Tensor:
    """Index tensors broadcast together; their result stands in their place when adjacent, in front otherwise."""
    try:
        common = s.broadcast_all(item._shape for _, item in advanced)
    except RuntimeError:
        shapes = ", ".join(str(list(item._shape)) for _, item in advanced)
        raise IndexError(f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}") from None
    places = [place for place, _ in advanced]
    is_adjacent = places == list(range(places[0], places[0] + len(places)))
    rest = [axis for axis in range(len(shape)) if axis not in places]
    front = [axis for axis in rest if is_adjacent and axis < places[0]]
    back = [axis for axis in rest if axis not in front]
    result = tuple(shape[a] for a in front) + common + tuple(shape[a] for a in back)
    value = None
    tensors = [item for _, item in advanced]
    if self._value is not None and not self._strides and all(item._value is not None for item in tensors) and values.fits(s.count(result), False):
        spread = [values.broadcast(item._value or [], item._shape, common) for item in tensors]
        starts = [0] * s.count(common)
        for (place, _), indices in zip(advanced, spread):
            extent = shape[place]
            for position, index in enumerate(indices):
                starts[position] += (index % extent) * strides[place]
        outer = values.gather(values.POSITIONS, [shape[a] for a in front], [strides[a] for a in front], offset)
        inner = values.gather(values.POSITIONS, [shape[a] for a in back], [strides[a] for a in back], 0)
        source = self._value
        value = [source[o + m + i] for o in outer for m in starts for i in inner]
    return make("index", result, self.dtype, (self, *tensors), attributes, value)


def _mask(self: Tensor, mask: Tensor, axis: int, shape: list, strides: list, advanced: list) -> int:
    """A mask covers as many dimensions as it has; how many elements it keeps is known only with its contents."""
    covered = self._shape[axis : axis + len(mask._shape)]
    for position, (extent, own) in enumerate(zip(mask._shape, covered)):
        if extent != own:
            raise IndexError(
                f"The shape of the mask {list(mask._shape)} at index {position} does not match the shape of the indexed tensor "
                f"{list(self._shape)} at index {axis + position}"
            )
    if len(covered) < len(mask._shape):
        raise IndexError(f"too many indices for tensor of dimension {len(self._shape)}")
    if mask._value is None:
        kept = kept_of(mask, "How many elements a mask keeps depends on data; all are counted.")
    else:
        kept = sum(1 for item in mask._value if item)
    chosen = None
    if mask._value is not None:
        chosen = [index for index, item in enumerate(mask._value) if item]
    own_strides = physical(self)
    if len(mask._shape) == 0:
        advanced.append((len(shape), fresh((kept,), d.int64, self.device, [0] * kept)))
        shape.append(1)
        strides.append(0)
        return axis
    # The covered dimensions act as one of their product, indexed by the kept positions.
    advanced.append((len(shape), fresh((kept,), d.int64, self.device, chosen)))
    shape.append(s.count(mask._shape))
    strides.append(own_strides[axis + len(mask._shape) - 1])
    return axis + len(mask._shape)


def _expanded(key: Any, rank: int) -> list:
    """Key as a list without Ellipsis; lists become index tensors."""
    items = list(key) if isinstance(key, tuple) else [key]
    items = [_from_list(item) if isinstance(item, (list, range)) else item for item in items]
    if any(item is Ellipsis for item in items):
        position = next(index for index, item in enumerate(items) if item is Ellipsis)
        used = sum(_consumed(item) for item in items if item is not Ellipsis)
        if used > rank:
            raise IndexError(f"too many indices for tensor of dimension {rank}")
        items[position : position + 1] = [slice(None)] * (rank - used)
    return items


def _consumed(item: Any) -> int:
    if item is None or isinstance(item, bool):
        return 0
    if isinstance(item, Tensor) and (item.dtype is d.bool_ or item.dtype is d.uint8):
        return len(item._shape)
    return 1


def _from_list(item: Any) -> Any:
    from .factory import tensor

    listed = list(item)
    return tensor(listed) if listed else fresh((0,), d.int64, value=[])


def _whole(item: Any) -> int:
    try:
        return s.index(item)
    except TypeError:
        raise TypeError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
            f"(got {type(item).__name__})"
        ) from None


def _integer(index: int, extent: int, axis: int) -> int:
    if not -extent <= index < extent:
        raise IndexError(f"index {index} is out of bounds for dimension {axis} with size {extent}")
    return index % extent


def _check_bounds(numbers: list, extent: int, axis: int) -> None:
    if numbers and not (-extent <= min(numbers) and max(numbers) < extent):
        wrong = next(number for number in numbers if not -extent <= number < extent)
        raise IndexError(f"index {wrong} is out of bounds for dimension {axis} with size {extent}")


def _slice(item: slice, extent: int) -> tuple[int, int, int]:
    step = 1 if item.step is None else s.index(item.step)
    if step <= 0:
        raise ValueError("step must be greater than zero")
    start = None if item.start is None else s.index(item.start)
    stop = None if item.stop is None else s.index(item.stop)
    start, stop, _ = slice(start, stop, 1).indices(extent)
    return start, max(start, stop), step


def setitem(self: Tensor, key: Any, value: Any) -> None:
    """Checks that `value` broadcasts to `self[key]`; small contents are followed where both are known."""
    with recorder.paused():
        region = getitem(self, key)
    shape = value._shape if isinstance(value, Tensor) else ()
    trimmed = shape
    while len(trimmed) > len(region._shape) and trimmed and trimmed[0] == 1:
        trimmed = trimmed[1:]
    is_view = region._base is self
    if isinstance(value, Tensor) and not is_view and value.dtype is not self.dtype and value._shape:
        raise RuntimeError(
            f"Index put requires the source and destination dtypes match, got {long_name(self.dtype)} for the destination and "
            f"{long_name(value.dtype)} for the source."
        )
    if s.broadcast(trimmed, region._shape) != region._shape:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(shape)} cannot be broadcast to indexing result of shape "
            f"{list(region._shape)}"
        )
    contents = _written(self, key, value, trimmed, region._shape)
    inputs = (self, value) if isinstance(value, Tensor) else (self,)
    written = make("copy_slice", self._shape, self.dtype, inputs, {"elements": s.count(region._shape)}, contents)
    overwrite(self, written)


def _written(self: Tensor, key: Any, value: Any, shape: tuple, region: tuple) -> list | None:
    if self._value is None or (isinstance(value, Tensor) and value._value is None):
        return None
    with recorder.paused():
        where = getitem(fresh(self._shape, d.int64, self.device, list(range(len(self._value)))), key)
    if where._value is None:
        return None
    source = cast_list(value._value if isinstance(value, Tensor) else [value], self.dtype)
    if source is None:
        return None
    spread = values.broadcast(source, shape, region)
    result = list(self._value)
    for position, item in zip(where._value, spread):
        result[position] = item
    return result


Tensor.__getitem__ = getitem  # type: ignore[attr-defined]
Tensor.__setitem__ = setitem  # type: ignore[attr-defined]
