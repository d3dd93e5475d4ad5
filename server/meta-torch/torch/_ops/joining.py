"""Joining and splitting: cat, stack, split, chunk, unbind and their kin."""

from __future__ import annotations

from typing import Any, Sequence

from .._meta import recorder
from .._meta import shape as s
from .._meta import values
from .._meta.promotion import result_type
from .._tensor import Tensor
from .registry import functions, make, make_view, operator
from .views import physical, settled


_PIECE_LIMIT = 200_000


def _listed(tensors: Any, name: str) -> list[Tensor]:
    listed = list(tensors)
    if not listed:
        raise RuntimeError(f"{name}(): expected a non-empty list of Tensors")
    for position, item in enumerate(listed):
        if not isinstance(item, Tensor):
            raise TypeError(f"expected Tensor as element {position} in argument 0, but got {type(item).__name__}")
    return listed


@operator("cat", "concat", "concatenate", method=False)
def cat(tensors: Any, dim: int = 0, *, axis: int | None = None, out: Any = None) -> Tensor:
    listed = _listed(tensors, "torch.cat")
    kept = [item for item in listed if item._shape != (0,)] or listed[:1]  # torch lets old empty tensors through
    first = kept[0]._shape
    if first == (0,) and kept == listed[:1]:  # nothing but old empty tensors
        return make("cat", first, result_type(listed), tuple(listed), {"dim": 0})
    if not first:
        raise RuntimeError("zero-dimensional tensor (at position 0) cannot be concatenated")
    along = s.axis(dim if axis is None else axis, len(first))
    total = 0
    for position, item in enumerate(kept):
        shape = item._shape
        if len(shape) != len(first):
            raise RuntimeError(f"Tensors must have same number of dimensions: got {len(first)} and {len(shape)}")
        for other, extent in enumerate(shape):
            if other != along and extent != first[other]:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {along}. Expected size {first[other]} but got size "
                    f"{extent} for tensor number {position} in the list."
                )
        total += shape[along]
    shape = first[:along] + (total,) + first[along + 1 :]
    kind = listed[0].dtype
    for item in listed:
        if item.dtype is not kind:
            kind = result_type(listed)
            break
    return make("cat", shape, kind, tuple(listed), {"dim": along}, _joined(kept, along, shape))


def _joined(tensors: Sequence[Tensor], along: int, shape: tuple) -> list | None:
    if any(item._value is None for item in tensors) or not values.fits(s.count(shape), False):
        return None
    outer = s.count(shape[:along])
    widths = [s.count(item._shape[along:]) for item in tensors]
    joined: list = []
    for block in range(outer):
        for item, width in zip(tensors, widths):
            joined.extend((item._value or [])[block * width : (block + 1) * width])
    return joined


@operator(method=False)
def stack(tensors: Any, dim: int = 0, *, out: Any = None) -> Tensor:
    listed = _listed(tensors, "stack")
    first = listed[0]._shape
    for position, item in enumerate(listed):
        if item._shape != first:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(first)} at entry 0 and {list(item._shape)} at "
                f"entry {position}"
            )
    along = s.axis(dim, len(first) + 1)
    shape = first[:along] + (len(listed),) + first[along:]
    value = None
    if all(item._value is not None for item in listed) and values.fits(s.count(shape), False):
        width = s.count(first[along:])
        value = []
        for block in range(s.count(first[:along])):
            for item in listed:
                value.extend((item._value or [])[block * width : (block + 1) * width])
    return make("stack", shape, result_type(listed), tuple(listed), {"dim": along}, value)


def _at_least(rank: int) -> Any:
    def widened(item: Tensor) -> Tensor:
        shape = item._shape
        if len(shape) >= rank:
            return item
        if rank == 3 and len(shape) == 2:
            return item.unsqueeze(-1)
        while len(item._shape) < min(rank, 2):
            item = item.unsqueeze(0)
        return item.unsqueeze(-1) if rank == 3 and len(item._shape) == 2 else item

    def implementation(*tensors: Any) -> Any:
        if len(tensors) == 1 and isinstance(tensors[0], Tensor):
            return widened(tensors[0])
        listed = tensors[0] if len(tensors) == 1 else tensors
        return tuple(widened(item) for item in listed)

    implementation.__name__ = f"atleast_{rank}d"
    return implementation


for _rank in (1, 2, 3):
    operator(f"atleast_{_rank}d", method=False)(_at_least(_rank))


@operator(method=False)
def column_stack(tensors: Any, *, out: Any = None) -> Tensor:
    listed = _listed(tensors, "column_stack")
    return cat([item.reshape(item.numel(), 1) if len(item._shape) < 2 else item for item in listed], 1)


@operator(method=False)
def hstack(tensors: Any, *, out: Any = None) -> Tensor:
    listed = [functions["atleast_1d"](item) for item in tensors]
    return cat(listed, 0 if len(listed[0]._shape) == 1 else 1)


@operator("vstack", "row_stack", method=False)
def vstack(tensors: Any, *, out: Any = None) -> Tensor:
    return cat([functions["atleast_2d"](item) for item in tensors], 0)


@operator(method=False)
def dstack(tensors: Any, *, out: Any = None) -> Tensor:
    return cat([functions["atleast_3d"](item) for item in tensors], 2)


def _pieces(name: str, input: Tensor, lengths: Sequence[int], along: int) -> tuple:  # noqa: A002
    """Neighbouring views of the given lengths, made by one recorded call."""
    _must_be_few(name, len(lengths))
    active, recorder.active = recorder.active, None
    try:
        results = []
        start = 0
        for length in lengths:
            results.append(_cut(input, along, start, length))
            start += length
    finally:
        recorder.active = active
    if recorder.active is not None:
        recorder.record(name, (input,), results, {"dim": along, "sizes": list(lengths)})
    return tuple(results)


def _must_be_few(name: str, count: int) -> None:
    """No program means to make so many tensors; memory would end first."""
    if count > _PIECE_LIMIT:
        raise RuntimeError(f"{name}(): {count} pieces are more than this analysis follows ({_PIECE_LIMIT})")


def _cut(input: Tensor, along: int, start: int, length: int, name: str = "narrow") -> Tensor:  # noqa: A002
    shape = input._shape[:along] + (length,) + input._shape[along + 1 :]
    value = remake = None
    if input._value is not None:
        logical = values.strides_of(input._shape)
        value = values.gather(input._value, shape, logical, start * logical[along])
        remake = lambda other: _cut(other, along, start, length)  # noqa: E731
    attributes = {"dim": along, "start": start, "length": length}
    return make_view(name, shape, input, attributes, value, settled(shape, physical(input), input), remake)


def _picked(input: Tensor, along: int, at: int) -> Tensor:  # noqa: A002
    rest = input._shape[:along] + input._shape[along + 1 :]
    own = physical(input)
    value = remake = None
    if input._value is not None:
        logical = values.strides_of(input._shape)
        value = values.gather(input._value, rest, logical[:along] + logical[along + 1 :], at * logical[along])
        remake = lambda other: _picked(other, along, at)  # noqa: E731
    strides = settled(rest, own[:along] + own[along + 1 :], input)
    return make_view("select", rest, input, {"dim": along, "index": at}, value, strides, remake)


@operator()
def split(tensor: Tensor, split_size_or_sections: Any = None, dim: int = 0, *, split_size: Any = None) -> tuple:
    # The method calls it `split_size`.
    sections = split_size if split_size_or_sections is None else split_size_or_sections
    if sections is None:
        raise TypeError("split() missing 1 required positional argument: 'split_size'")
    along = s.axis(s.index(dim), len(tensor._shape))
    extent = tensor._shape[along]
    if isinstance(sections, (list, tuple)):
        lengths = [s.index(item) for item in sections]
        if sum(lengths) != extent:
            raise RuntimeError(
                f"split_with_sizes expects split_sizes to sum exactly to {extent} (input tensor's size at dimension {along}), "
                f"but got split_sizes={lengths}"
            )
        return _pieces("split", tensor, lengths, along)
    size = s.index(sections)
    if size <= 0 and not (size == 0 and extent == 0):
        raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {extent}")
    return _pieces("split", tensor, _equal_parts(extent, size), along)


def _equal_parts(extent: int, size: int) -> list[int]:
    if extent == 0:
        return [0]
    _must_be_few("split", -(-extent // size))
    return [min(size, extent - start) for start in range(0, extent, size)]


@operator()
def split_with_sizes(tensor: Tensor, split_sizes: Sequence[int], dim: int = 0) -> tuple:
    return split(tensor, list(split_sizes), dim)


@operator()
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple:  # noqa: A002
    along = s.axis(s.index(dim), len(input._shape))
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    extent = input._shape[along]
    size = -(-extent // chunks)
    if extent == 0:
        _must_be_few("chunk", chunks)
    lengths = [0] * chunks if extent == 0 else _equal_parts(extent, size)
    return _pieces("chunk", input, lengths, along)


@operator("tensor_split", "array_split")
def tensor_split(  # noqa: A002
    input: Tensor, indices_or_sections: Any = None, dim: int = 0, *, indices: Any = None, sections: Any = None,
) -> tuple:
    if indices_or_sections is None:
        indices_or_sections = indices if indices is not None else sections
    along = s.axis(dim, len(input._shape))
    extent = input._shape[along]
    if isinstance(indices_or_sections, int):
        if indices_or_sections <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {indices_or_sections}")
        _must_be_few("tensor_split", indices_or_sections)
        base, rest = divmod(extent, indices_or_sections)
        lengths = [base + (1 if index < rest else 0) for index in range(indices_or_sections)]
    else:
        marks = [0, *(min(max(m + extent if m < 0 else m, 0), extent) for m in indices_or_sections), extent]
        lengths = [max(0, after - before) for before, after in zip(marks, marks[1:])]
    return _pieces("tensor_split", input, lengths, along)


def _even_split(name: str, least: int, axis_of: Any) -> None:
    def implementation(input: Tensor, indices_or_sections: Any) -> tuple:  # noqa: A002
        rank = len(input._shape)
        if rank < least:
            raise RuntimeError(f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor with {rank} dimensions!")
        axis = axis_of(rank)
        if isinstance(indices_or_sections, int) and (indices_or_sections <= 0 or input._shape[axis] % indices_or_sections):
            raise RuntimeError(
                f"torch.{name} attempted to split along dimension {axis}, but the size of the dimension {input._shape[axis]} is not "
                f"divisible by the split_size {indices_or_sections}!"
            )
        return tensor_split(input, indices_or_sections, axis)

    implementation.__name__ = name
    operator(name)(implementation)


_even_split("hsplit", 1, lambda rank: 0 if rank == 1 else 1)
_even_split("vsplit", 2, lambda rank: 0)
_even_split("dsplit", 3, lambda rank: 2)


@operator()
def unbind(input: Tensor, dim: int = 0) -> tuple:  # noqa: A002
    along = s.axis(s.index(dim), len(input._shape))
    shape = input._shape
    if not shape:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    _must_be_few("unbind", shape[along])
    active, recorder.active = recorder.active, None
    try:
        results = [_picked(input, along, index) for index in range(shape[along])]
    finally:
        recorder.active = active
    if recorder.active is not None:
        recorder.record("unbind", (input,), results, {"dim": along})
    return tuple(results)


@operator()
def select(input: Tensor, dim: int, index: Any) -> Tensor:  # noqa: A002
    if not input._shape:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    along = s.axis(dim, len(input._shape))
    extent = input._shape[along]
    at = s.index(index)
    if not -extent <= at < extent:
        raise IndexError(f"select(): index {at} out of range for tensor of size {list(input._shape)} at dimension {along}")
    return _picked(input, along, at % extent)


@operator()
def narrow(input: Tensor, dim: int, start: Any, length: int) -> Tensor:  # noqa: A002
    if not input._shape:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    along = s.axis(dim, len(input._shape))
    extent = input._shape[along]
    begin, size = s.index(start), s.index(length)
    if not -max(extent, 1) <= begin <= extent:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-extent}, {extent}], but got {begin})")
    begin = max(0, begin + extent) if begin < 0 else begin
    if size < 0 or begin + size > extent:
        raise RuntimeError(f"start ({begin}) + length ({size}) exceeds dimension size ({extent}).")
    return _cut(input, along, begin, size)


@operator(method=False)
def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple:
    listed = list(tensors[0]) if len(tensors) == 1 and not isinstance(tensors[0], Tensor) else list(tensors)
    if not listed:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    for item in listed:
        if len(item._shape) > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {item!r}")
        if item.dtype is not listed[0].dtype:
            raise RuntimeError("torch.meshgrid expects all tensors to have the same dtype")
    is_xy = indexing == "xy" and len(listed) >= 2
    order = list(range(len(listed)))
    if is_xy:
        order[0], order[1] = 1, 0
    shape = tuple(listed[place].numel() for place in order)
    grids = []
    for position, item in enumerate(listed):
        at = order.index(position)
        grids.append(item.reshape([-1 if axis == at else 1 for axis in range(len(shape))]).expand(*shape))
    return tuple(grids)


@operator(method=False)
def cartesian_prod(*tensors: Tensor) -> Tensor:
    if len(tensors) == 1:
        return tensors[0]
    return stack([grid.reshape(-1) for grid in meshgrid(*tensors, indexing="ij")], -1)


@operator(method=False)
def block_diag(*tensors: Tensor) -> Tensor:
    rows = sum(item._shape[-2] if len(item._shape) > 1 else 1 for item in tensors)
    columns = sum(item._shape[-1] if item._shape else 1 for item in tensors)
    return make("block_diag", (rows, columns), result_type(tensors), tuple(tensors))
