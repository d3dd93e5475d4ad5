"""Views and copies: the same elements in another shape or order."""

from __future__ import annotations

from typing import Any, Sequence

from .._meta import dtype as d
from .._meta import shape as s
from .._meta import values
from .._tensor import UNKNOWN_STRIDES, Tensor
from .layouts import contiguous_format
from .registry import functions, make, make_view, operator
from .views import physical, settled, viewed_strides


def _reshape(name: str, input: Tensor, requested: Sequence[int], is_view: bool = False) -> Tensor:  # noqa: A002
    """The same elements in row-major order; `is_view` refuses where torch would have to copy."""
    shape = s.resolve_view(requested, input._shape)
    strides = None
    if input._strides:
        strides = viewed_strides(input._shape, input._strides, shape)
        if strides is None:
            if is_view:
                raise RuntimeError(
                    "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
                    "contiguous subspaces). Use .reshape(...) instead."
                )
            return make(name, shape, input.dtype, (input,), {"shape": list(shape)}, _copied(input))
        strides = settled(shape, strides, input)
    elif input._strides is UNKNOWN_STRIDES:
        strides = UNKNOWN_STRIDES
    remake = None if input._value is None else lambda other: _reshape(name, other, shape)
    return make_view(name, shape, input, {"shape": list(shape)}, input._value, strides, remake)


def _copied(input: Tensor) -> list | None:  # noqa: A002
    return None if input._value is None else list(input._value)


@operator("view")
def view(input: Tensor, *size: Any, dtype: d.dtype | None = None) -> Tensor:  # noqa: A002
    if dtype is not None or (len(size) == 1 and isinstance(size[0], d.dtype)):
        return _view_as_type(input, dtype or size[0])
    return _reshape("view", input, s.sizes(size), is_view=True)


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
def reshape(input: Tensor, *sizes: Any, shape: Any = None) -> Tensor:  # noqa: A002
    return _reshape("reshape", input, s.sizes(sizes if shape is None else (shape,)))


@operator("_unsafe_view")
def unsafe_view(input: Tensor, *shape: Any) -> Tensor:  # noqa: A002
    return _reshape("view", input, s.sizes(shape), is_view=True)


@operator("view_as", function=False)
def view_as(input: Tensor, other: Tensor) -> Tensor:  # noqa: A002
    return _reshape("view", input, other._shape, is_view=True)


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


@operator(in_place=True, reshapes=True)
def squeeze(input: Tensor, dim: Any = None) -> Tensor:  # noqa: A002
    rank = len(input._shape)
    dims = range(rank) if dim is None else s.axes(dim, rank) if dim != () else []
    kept = [axis for axis, extent in enumerate(input._shape) if extent != 1 or axis not in dims]
    shape = tuple([input._shape[axis] for axis in kept])
    strides = input._strides
    if strides:
        strides = settled(shape, [strides[axis] for axis in kept], input)
    remake = None if input._value is None else lambda other: squeeze(other, dim)
    return make_view("squeeze", shape, input, {"shape": list(shape)}, input._value, strides, remake)


@operator(in_place=True, reshapes=True)
def unsqueeze(input: Tensor, dim: int) -> Tensor:  # noqa: A002
    axis = s.axis(s.index(dim), len(input._shape) + 1)
    shape = input._shape[:axis] + (1,) + input._shape[axis:]
    strides = input._strides
    if strides:
        strides = strides[:axis] + (1,) + strides[axis:]
    remake = None if input._value is None else lambda other: unsqueeze(other, dim)
    return make_view("unsqueeze", shape, input, {"shape": list(shape)}, input._value, strides, remake)


@operator()
def permute(input: Tensor, *dims: Any) -> Tensor:  # noqa: A002
    if not dims:
        raise TypeError("permute() missing 1 required positional arguments: \"dims\"")
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
    source = input._shape
    shape = tuple([source[axis] for axis in order])
    own = physical(input)
    strides = settled(shape, [own[axis] for axis in order], input)
    value = remake = None
    if input._value is not None:
        logical = values.strides_of(source)
        value = values.gather(input._value, shape, [logical[axis] for axis in order], 0)
        remake = lambda other: _permuted(name, other, order)  # noqa: E731
    return make_view(name, shape, input, {"dims": list(order)}, value, strides, remake)


def _swap(name: str, *aliases: str) -> None:
    def implementation(input: Tensor, dim0: int, dim1: int) -> Tensor:  # noqa: A002
        rank = len(input._shape)
        a, b = s.axis(s.index(dim0), rank), s.axis(s.index(dim1), rank)
        order = list(range(rank))
        if rank:
            order[a], order[b] = b, a
        return _permuted(name, input, order)

    implementation.__name__ = name
    operator(name, *aliases, in_place=True, reshapes=True)(implementation)


_swap("transpose", "swapaxes", "swapdims")


@operator(in_place=True, reshapes=True)
def t(input: Tensor) -> Tensor:  # noqa: A002
    rank = len(input._shape)
    if rank > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {rank}D")
    return _permuted("t", input, tuple(reversed(range(rank))))


@operator()
def adjoint(input: Tensor) -> Tensor:  # noqa: A002
    return functions["transpose"](input, -2, -1) if input._shape else input


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
    if len(set(sources)) != len(sources) or len(set(targets)) != len(targets):
        raise RuntimeError("movedim: repeated dim in `source` or `destination`")
    if rank == 0:
        return _permuted("movedim", input, [])
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
    value = remake = None
    if input._value is not None and values.fits(s.count(target), input.dtype.is_floating_point):
        value = values.broadcast(input._value, shape, target)
        remake = lambda other: expand(other, *target)  # noqa: E731
    own = physical(input)
    strides = [0] * skip + [own[axis] if shape[axis] == target[axis + skip] else 0 for axis in range(len(shape))]
    return make_view("expand", target, input, {"shape": list(target)}, value, settled(target, strides, input), remake)


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


@operator("contiguous", function=False)
def contiguous(input: Tensor, memory_format: Any = None) -> Tensor:  # noqa: A002
    """torch answers the tensor itself where it is contiguous; the trace keeps the call, since a copy costs."""
    if input._strides is None and (memory_format is None or memory_format is contiguous_format):
        return input
    return _laid_out(make("contiguous", input._shape, input.dtype, (input,), None, _copied(input)), memory_format)


def _laid_out(result: Tensor, memory_format: Any) -> Tensor:
    result._strides = None if memory_format is None or memory_format is contiguous_format else UNKNOWN_STRIDES
    return result


@operator()
def clone(input: Tensor, *, memory_format: Any = None) -> Tensor:  # noqa: A002
    result = make("clone", input._shape, input.dtype, (input,), None, _copied(input))
    return result if memory_format is None else _laid_out(result, memory_format)


@operator("detach", "alias")
def detach(input: Tensor) -> Tensor:  # noqa: A002
    remake = None if input._value is None else detach
    result = make_view("detach", input._shape, input, None, input._value, input._strides, remake)
    result.requires_grad = False
    result.grad_fn = None
    return result


@operator("detach_")
def detach_(input: Tensor) -> Tensor:  # noqa: A002
    input.requires_grad = False
    input.grad_fn = None
    return input


@operator()
def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:  # noqa: A002
    rank = len(input._shape)
    a, b = s.axis(dim1, rank), s.axis(dim2, rank)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    rows, columns = input._shape[a], input._shape[b]
    length = max(0, min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns))
    rest = [axis for axis in range(rank) if axis not in (a, b)]
    shape = tuple(input._shape[axis] for axis in rest) + (length,)
    own = physical(input)
    strides = settled(shape, [own[axis] for axis in rest] + [own[a] + own[b]], input)
    value = remake = None
    if input._value is not None:
        logical = values.strides_of(input._shape)
        start = 0 if length == 0 else offset * logical[b] if offset >= 0 else -offset * logical[a]
        value = values.gather(input._value, shape, [logical[axis] for axis in rest] + [logical[a] + logical[b]], start)
        remake = lambda other: diagonal(other, offset, dim1, dim2)  # noqa: E731
    return make_view("diagonal", shape, input, {"offset": offset, "dims": [a, b]}, value, strides, remake)


@operator("as_strided")
def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:  # noqa: A002
    shape, strides = s.sizes((size,)), s.sizes((stride,))
    if len(shape) != len(strides):
        raise RuntimeError("mismatch in length of strides and shape")
    if any(extent < 0 for extent in shape) or any(step < 0 for step in strides):
        raise RuntimeError("as_strided: Negative strides and sizes are not supported")
    start = storage_offset or 0
    last = start + sum((extent - 1) * step for extent, step in zip(shape, strides))
    if input._base is None and 0 not in shape and last >= s.count(input._shape):
        raise RuntimeError(
            f"setStorage: sizes {list(shape)}, strides {list(strides)}, storage offset {start} are out of bounds for storage of "
            f"{s.count(input._shape)} elements"
        )
    value = None
    if input._value is not None and input._strides is None and input._base is None:
        value = values.gather(input._value, shape, strides, start) if values.fits(s.count(shape), False) else None
    remake = lambda other: as_strided(other, size, stride, storage_offset)  # noqa: E731
    return make_view("as_strided", shape, input, {"shape": list(shape)}, value, settled(shape, strides, input), remake)


@operator("unfold", function=False)
def unfold(input: Tensor, dimension: int, size: int, step: int) -> Tensor:  # noqa: A002
    rank = len(input._shape)
    axis = s.axis(dimension, rank)
    extent = input._shape[axis] if rank else 1
    if size > extent:
        raise RuntimeError(f"maximum size for tensor at dimension {axis} is {extent} but size is {size}")
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    attributes = {"dim": axis, "size": size, "step": step}
    if rank == 0:
        return make_view("unfold", (size,), input, attributes, input._value if size == 1 else None, None)
    shape = input._shape[:axis] + ((extent - size) // step + 1,) + input._shape[axis + 1 :] + (size,)
    own = physical(input)
    strides = settled(shape, own[:axis] + [own[axis] * step] + own[axis + 1 :] + [own[axis]], input)
    value = remake = None
    if input._value is not None and values.fits(s.count(shape), input.dtype.is_floating_point):
        logical = values.strides_of(input._shape)
        steps = logical[:axis] + [logical[axis] * step] + logical[axis + 1 :] + [logical[axis]]
        value = values.gather(input._value, shape, steps, 0)
        remake = lambda other: unfold(other, dimension, size, step)  # noqa: E731
    return make_view("unfold", shape, input, attributes, value, strides, remake)
