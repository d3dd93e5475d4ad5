"""Views and copies: the same elements in another shape or order."""

from __future__ import annotations

from typing import Any, Sequence

from .._meta import dtype as d
from .._meta import shape as s
from .._meta import values
from .._tensor import Tensor
from .registry import functions, make, operator


def _strided(input: Tensor, shape: Sequence[int], strides: Sequence[int], offset: int = 0) -> list | None:  # noqa: A002
    """Small contents of a view, given by element strides over the operand's row-major list."""
    if input._value is None or not values.fits(s.count(shape), False):
        if input._value is None or not values.fits(s.count(shape), True):
            return None
    return values.gather(input._value, shape, strides, offset)


def _reshape(name: str, input: Tensor, requested: Sequence[int]) -> Tensor:  # noqa: A002
    shape = s.resolve_view(requested, input._shape)
    return make(name, shape, input.dtype, (input,), {"shape": list(shape)}, input._value)


@operator("view")
def view(input: Tensor, *size: Any, dtype: d.dtype | None = None) -> Tensor:  # noqa: A002
    if dtype is not None or (len(size) == 1 and isinstance(size[0], d.dtype)):
        return _view_as_type(input, dtype or size[0])
    return _reshape("view", input, s.sizes(size))


def _view_as_type(input: Tensor, kind: d.dtype) -> Tensor:  # noqa: A002
    shape = input._shape
    if kind.itemsize != input.dtype.itemsize:
        if not shape:
            raise RuntimeError("self.dim() cannot be 0 to view with different element sizes")
        width = shape[-1] * input.dtype.itemsize
        if width % kind.itemsize:
            raise RuntimeError("self.size(-1) must be divisible by the ratio of element sizes")
        shape = shape[:-1] + (width // kind.itemsize,)
    return make("view", shape, kind, (input,), {"shape": list(shape)})


@operator("reshape")
def reshape(input: Tensor, *shape: Any) -> Tensor:  # noqa: A002
    return _reshape("reshape", input, s.sizes(shape))


@operator("_unsafe_view")
def unsafe_view(input: Tensor, *shape: Any) -> Tensor:  # noqa: A002
    return _reshape("view", input, s.sizes(shape))


@operator("view_as", function=False)
def view_as(input: Tensor, other: Tensor) -> Tensor:  # noqa: A002
    return _reshape("view", input, other._shape)


@operator("reshape_as", function=False)
def reshape_as(input: Tensor, other: Tensor) -> Tensor:  # noqa: A002
    return _reshape("reshape", input, other._shape)


@operator()
def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:  # noqa: A002
    rank = len(input._shape)
    start, end = s.axis(start_dim, rank), s.axis(end_dim, rank)
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if rank == 0:
        return _reshape("flatten", input, (1,))
    shape = input._shape
    return _reshape("flatten", input, shape[:start] + (s.count(shape[start : end + 1]),) + shape[end + 1 :])


@operator()
def ravel(input: Tensor) -> Tensor:  # noqa: A002
    return _reshape("flatten", input, (s.count(input._shape),))


@operator()
def unflatten(input: Tensor, dim: int, sizes: Any) -> Tensor:  # noqa: A002
    axis = s.axis(dim, len(input._shape))
    inner = s.resolve_view(s.sizes((sizes,)), (input._shape[axis],))
    return _reshape("unflatten", input, input._shape[:axis] + inner + input._shape[axis + 1 :])


@operator(in_place=True)
def squeeze(input: Tensor, dim: Any = None) -> Tensor:  # noqa: A002
    rank = len(input._shape)
    dims = range(rank) if dim is None else s.axes(dim, rank) if dim != () else []
    shape = tuple(extent for axis, extent in enumerate(input._shape) if extent != 1 or axis not in dims)
    return make("squeeze", shape, input.dtype, (input,), {"shape": list(shape)}, input._value)


@operator(in_place=True)
def unsqueeze(input: Tensor, dim: int) -> Tensor:  # noqa: A002
    axis = s.axis(s.index(dim), len(input._shape) + 1)
    shape = input._shape[:axis] + (1,) + input._shape[axis:]
    return make("unsqueeze", shape, input.dtype, (input,), {"shape": list(shape)}, input._value)


@operator()
def permute(input: Tensor, *dims: Any) -> Tensor:  # noqa: A002
    order = s.sizes(dims)
    rank = len(input._shape)
    if len(order) != rank:
        raise RuntimeError(
            f"permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {rank} is not equal to len(dims) = {len(order)}"
        )
    order = tuple(s.axis(axis, rank) for axis in order)
    if len(set(order)) != rank:
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return _permuted("permute", input, order)


def _permuted(name: str, input: Tensor, order: Sequence[int]) -> Tensor:  # noqa: A002
    shape = tuple(input._shape[axis] for axis in order)
    strides = values.strides_of(input._shape)
    value = _strided(input, shape, [strides[axis] for axis in order])
    return make(name, shape, input.dtype, (input,), {"dims": list(order)}, value)


def _swap(name: str, *aliases: str) -> None:
    def implementation(input: Tensor, dim0: int, dim1: int) -> Tensor:  # noqa: A002
        rank = len(input._shape)
        a, b = s.axis(s.index(dim0), rank), s.axis(s.index(dim1), rank)
        order = list(range(rank))
        if rank:
            order[a], order[b] = b, a
        return _permuted(name, input, order)

    implementation.__name__ = name
    operator(name, *aliases, in_place=True)(implementation)


_swap("transpose", "swapaxes", "swapdims")


@operator(in_place=True)
def t(input: Tensor) -> Tensor:  # noqa: A002
    rank = len(input._shape)
    if rank > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {rank}D")
    return _permuted("t", input, tuple(reversed(range(rank))))


@operator()
def adjoint(input: Tensor) -> Tensor:  # noqa: A002
    return functions["transpose"](input, -2, -1)


Tensor.T = property(lambda self: _permuted("permute", self, tuple(reversed(range(len(self._shape))))))  # type: ignore[attr-defined]
Tensor.mT = property(lambda self: functions["transpose"](self, -2, -1))  # type: ignore[attr-defined]
Tensor.H = property(lambda self: functions["transpose"](self, -2, -1))  # type: ignore[attr-defined]
Tensor.mH = Tensor.H  # type: ignore[attr-defined]


@operator("movedim", "moveaxis")
def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:  # noqa: A002
    rank = len(input._shape)
    sources = [s.axis(axis, rank) for axis in ([source] if isinstance(source, int) else source)]
    targets = [s.axis(axis, rank) for axis in ([destination] if isinstance(destination, int) else destination)]
    if len(sources) != len(targets):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({sources} dims) should contain the same number of dims "
            f"as destination ({targets} dims)"
        )
    order = [-1] * rank
    for source_axis, target in zip(sources, targets):
        order[target] = source_axis
    rest = iter(axis for axis in range(rank) if axis not in sources)
    return _permuted("movedim", input, [next(rest) if axis < 0 else axis for axis in order])


@operator("expand", function=False)
def expand(input: Tensor, *size: Any, implicit: bool = False) -> Tensor:  # noqa: A002
    requested = s.sizes(size)
    shape, own = input._shape, len(input._shape)
    skip = len(requested) - own
    if skip < 0:
        raise RuntimeError(
            f"expand({{{list(shape)}}}, size={list(requested)}): the number of sizes provided ({len(requested)}) must be "
            f"greater or equal to the number of dimensions in the tensor ({own})"
        )
    result = []
    for axis, extent in enumerate(requested):
        present = shape[axis - skip] if axis >= skip else None
        if extent == -1:
            if present is None:
                raise RuntimeError(
                    f"The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension {axis}"
                )
            extent = present
        elif present is not None and present != extent and present != 1:
            raise RuntimeError(
                f"The expanded size of the tensor ({extent}) must match the existing size ({present}) at non-singleton "
                f"dimension {axis}.  Target sizes: {list(requested)}.  Tensor sizes: {list(shape)}"
            )
        result.append(extent)
    target = tuple(result)
    value = None
    if input._value is not None and values.fits(s.count(target), input.dtype.is_floating_point):
        value = values.broadcast(input._value, shape, target)
    return make("expand", target, input.dtype, (input,), {"shape": list(target)}, value)


@operator("expand_as", function=False)
def expand_as(input: Tensor, other: Tensor) -> Tensor:  # noqa: A002
    return expand(input, other._shape)


@operator("broadcast_to")
def broadcast_to(input: Tensor, size: Any) -> Tensor:  # noqa: A002
    return expand(input, *s.sizes((size,)))


@operator(method=False)
def broadcast_tensors(*tensors: Any) -> list:
    listed = tensors[0] if len(tensors) == 1 and not isinstance(tensors[0], Tensor) else tensors
    shape = s.broadcast_all(item._shape for item in listed)
    return [expand(item, *shape) if shape else item for item in listed]


@operator(method=False)
def broadcast_shapes(*shapes: Any) -> Any:
    from .._tensor import Size

    return Size(s.broadcast_all((shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes))


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
    return flip(input, 1)


@operator()
def flipud(input: Tensor) -> Tensor:  # noqa: A002
    return flip(input, 0)


@operator()
def rot90(input: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:  # noqa: A002
    shape = list(input._shape)
    if k % 2:
        a, b = (s.axis(axis, len(shape)) for axis in dims)
        shape[a], shape[b] = shape[b], shape[a]
    return make("rot90", tuple(shape), input.dtype, (input,), {"k": k, "dims": list(dims)})


@operator()
def roll(input: Tensor, shifts: Any, dims: Any = None) -> Tensor:  # noqa: A002
    listed = [] if dims is None else [dims] if isinstance(dims, int) else list(dims)
    steps = [s.index(shifts)] if not isinstance(shifts, (tuple, list)) else list(shifts)
    if listed and len(listed) != len(steps):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(steps)}, dims:{len(listed)}")
    axes = [s.axis(axis, len(input._shape)) for axis in listed]
    return make("roll", input._shape, input.dtype, (input,), {"shifts": [s.index(x) for x in steps], "dims": axes})


@operator("contiguous", function=False)
def contiguous(input: Tensor, memory_format: Any = None) -> Tensor:  # noqa: A002
    return make("contiguous", input._shape, input.dtype, (input,), None, input._value)


@operator()
def clone(input: Tensor, *, memory_format: Any = None) -> Tensor:  # noqa: A002
    value = list(input._value) if input._value is not None else None
    return make("clone", input._shape, input.dtype, (input,), None, value)


@operator("detach", "alias", in_place=False)
def detach(input: Tensor) -> Tensor:  # noqa: A002
    result = make("detach", input._shape, input.dtype, (input,), None, input._value)
    result.requires_grad = False
    return result


Tensor.detach_ = lambda self: self  # type: ignore[attr-defined]


@operator()
def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:  # noqa: A002
    rank = len(input._shape)
    a, b = s.axis(dim1, rank), s.axis(dim2, rank)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    rows, columns = input._shape[a], input._shape[b]
    length = max(0, min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns))
    rest = tuple(extent for axis, extent in enumerate(input._shape) if axis not in (a, b))
    return make("diagonal", rest + (length,), input.dtype, (input,), {"offset": offset, "dims": [a, b]})


@operator()
def diag(input: Tensor, diagonal: int = 0) -> Tensor:  # noqa: A002
    if len(input._shape) == 1:
        side = input._shape[0] + abs(diagonal)
        return make("diag", (side, side), input.dtype, (input,), {"offset": diagonal})
    if len(input._shape) != 2:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {len(input._shape)}D")
    return globals()["diagonal"](input, diagonal)


@operator()
def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:  # noqa: A002
    side = input._shape[-1] + abs(offset)
    rank = len(input._shape) + 1
    a, b = sorted((s.axis(dim1, rank), s.axis(dim2, rank)))
    shape = list(input._shape[:-1])
    shape.insert(a, side)
    shape.insert(b, side)
    return make("diag_embed", tuple(shape), input.dtype, (input,), {"offset": offset})


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


@operator("as_strided")
def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int = 0) -> Tensor:  # noqa: A002
    shape = s.sizes((size,))
    return make("as_strided", shape, input.dtype, (input,), {"shape": list(shape)})


@operator("unfold", function=False)
def unfold(input: Tensor, dimension: int, size: int, step: int) -> Tensor:  # noqa: A002
    axis = s.axis(dimension, len(input._shape))
    extent = input._shape[axis] if input._shape else 1
    if size > extent:
        raise RuntimeError(f"maximum size for tensor at dimension {axis} is {extent} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    shape = input._shape[:axis] + ((extent - size) // step + 1,) + input._shape[axis + 1 :] + (size,)
    return make("unfold", shape, input.dtype, (input,), {"dim": axis, "size": size, "step": step})
