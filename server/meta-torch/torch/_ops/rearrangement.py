"""Copies in another order: repeat, tile, flip, roll, rot90, and what is made of diagonals and triangles."""

from __future__ import annotations

from typing import Any, Sequence

from .._meta import dtype as d
from .._meta import recorder
from .._meta import shape as s
from .._meta import values
from .._tensor import Tensor
from .movement import clone
from .movement import diagonal as _diagonal
from .registry import functions, make, operator


@operator("repeat", function=False)
def repeat(input: Tensor, *repeats: Any) -> Tensor:  # noqa: A002
    times = s.sizes(repeats)
    if len(times) < len(input._shape):
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
        )
    return _tiled("repeat", input, times)


def _tiled(name: str, input: Tensor, times: Sequence[int]) -> Tensor:  # noqa: A002
    padded = (1,) * (len(times) - len(input._shape)) + input._shape
    shape = tuple(extent * count for extent, count in zip(padded, times))
    value = None
    if input._value is not None and values.fits(s.count(shape), input.dtype.is_floating_point):
        strides = values.strides_of(padded)
        offsets = [0]
        for extent, count, stride in zip(padded, times, strides):
            steps = [index * stride for _ in range(count) for index in range(extent)]
            offsets = [base + step for base in offsets for step in steps]
        value = [input._value[offset] for offset in offsets]
    return make(name, shape, input.dtype, (input,), {"repeats": list(times)}, value)


@operator()
def tile(input: Tensor, *dims: Any) -> Tensor:  # noqa: A002
    times = s.sizes(dims)
    return _tiled("tile", input, (1,) * (len(input._shape) - len(times)) + times)


@operator()
def repeat_interleave(input: Tensor, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None) -> Tensor:  # noqa: A002
    if dim is None:
        input, dim = input.flatten(), 0  # noqa: A001
    axis = s.axis(dim, len(input._shape))
    extent = input._shape[axis]
    if isinstance(repeats, Tensor) and repeats.numel() == 1 and repeats._value is not None:
        repeats = repeats._value[0]
    if isinstance(repeats, Tensor):
        total = output_size if output_size is not None else sum(repeats._known("repeat_interleave()"))
        counts = repeats._value
    else:
        total, counts = extent * s.index(repeats), [s.index(repeats)] * extent
    shape = input._shape[:axis] + (total,) + input._shape[axis + 1 :]
    value = None
    if input._value is not None and counts is not None and values.fits(s.count(shape), input.dtype.is_floating_point):
        outer, inner = s.count(input._shape[:axis]), s.count(input._shape[axis + 1 :])
        value = []
        for block in range(outer):
            for index, times in enumerate(counts):
                start = (block * extent + index) * inner
                value.extend(input._value[start : start + inner] * times)
    return make("repeat_interleave", shape, input.dtype, (input,), {"dim": axis}, value)


@operator(in_place=False)
def flip(input: Tensor, *dims: Any) -> Tensor:  # noqa: A002
    axes = s.axes(s.sizes(dims), len(input._shape)) if dims else []
    value = None
    if input._value is not None:
        strides = values.strides_of(input._shape)
        offset = sum((input._shape[axis] - 1) * strides[axis] for axis in axes)
        signed = [-stride if axis in axes else stride for axis, stride in enumerate(strides)]
        value = values.gather(input._value, input._shape, signed, offset)
    return make("flip", input._shape, input.dtype, (input,), {"dims": axes}, value)


@operator()
def fliplr(input: Tensor) -> Tensor:  # noqa: A002
    if len(input._shape) < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(input, 1)


@operator()
def flipud(input: Tensor) -> Tensor:  # noqa: A002
    if not input._shape:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(input, 0)


@operator()
def rot90(input: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:  # noqa: A002
    rank = len(input._shape)
    if rank < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {rank}")
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    a, b = (s.axis(axis, rank) for axis in dims)
    if a == b:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    with recorder.paused():
        result = clone(input)
        if k % 4 == 2:
            result = flip(input, a, b)
        elif k % 4:
            result = flip(functions["transpose"](input, a, b), a if k % 4 == 1 else b)
    return make("rot90", result._shape, input.dtype, (input,), {"k": k, "dims": [a, b]}, result._value)


@operator()
def roll(input: Tensor, shifts: Any, dims: Any = None) -> Tensor:  # noqa: A002
    listed = [] if dims is None else [dims] if isinstance(dims, int) else list(dims)
    steps = [s.index(shifts)] if not isinstance(shifts, (tuple, list)) else list(shifts)
    if listed and len(listed) != len(steps):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(steps)}, dims:{len(listed)}")
    if listed and not input._shape:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    axes = [s.axis(axis, len(input._shape)) for axis in listed]
    if not listed and len(steps) != 1:
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(steps)}, dims:0")
    value = None
    if input._value is not None:
        value = input._value
        if not axes:
            value = _rolled(value, s.index(steps[0]))
        for axis, step in zip(axes, steps):
            value = values.along(value, input._shape, axis, lambda line, by=s.index(step): _rolled(line, by))
        value = list(value)
    return make("roll", input._shape, input.dtype, (input,), {"shifts": [s.index(x) for x in steps], "dims": axes}, value)


def _rolled(line: list, by: int) -> list:
    at = by % len(line) if line else 0
    return line[-at:] + line[:-at] if at else line


@operator()
def diag(input: Tensor, diagonal: int = 0) -> Tensor:  # noqa: A002
    if len(input._shape) == 1:
        side = input._shape[0] + abs(diagonal)
        return make("diag", (side, side), input.dtype, (input,), {"offset": diagonal})
    if len(input._shape) != 2:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {len(input._shape)}D")
    return _diagonal(input, diagonal)


@operator()
def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:  # noqa: A002
    side = input._shape[-1] + abs(offset)
    rank = len(input._shape) + 1
    a, b = sorted((s.axis(dim1, rank), s.axis(dim2, rank)))
    shape = list(input._shape[:-1])
    shape.insert(a, side)
    shape.insert(b, side)
    return make("diag_embed", tuple(shape), input.dtype, (input,), {"offset": offset})


@operator()
def diagflat(input: Tensor, offset: int = 0) -> Tensor:  # noqa: A002
    return diag(input.reshape(-1), offset)


@operator()
def trace(input: Tensor) -> Tensor:  # noqa: A002
    if len(input._shape) != 2:
        raise RuntimeError("trace: expected a matrix")
    if input.dtype is d.bool_:
        raise RuntimeError("\"trace\" not implemented for 'Bool'")
    return _diagonal(input).sum() if input.dtype.category <= d.INTEGER else make("trace", (), input.dtype, (input,))


def _triangle(name: str, keeps: Any) -> None:
    def implementation(input: Tensor, diagonal: int = 0) -> Tensor:  # noqa: A002
        if len(input._shape) < 2:
            raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
        value = None
        if input._value is not None:
            rows, columns = input._shape[-2:]
            mask = [keeps(column - row, diagonal) for row in range(rows) for column in range(columns)]
            block = len(mask)
            zero = type(input._value[0])(0) if input._value else 0
            value = [item if mask[index % block] else zero for index, item in enumerate(input._value)]
        return make(name, input._shape, input.dtype, (input,), {"diagonal": diagonal}, value)

    implementation.__name__ = name
    operator(name, in_place=True)(implementation)


_triangle("tril", lambda distance, diagonal: distance <= diagonal)
_triangle("triu", lambda distance, diagonal: distance >= diagonal)
