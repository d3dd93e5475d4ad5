"""Shape arithmetic that operators share, with torch's own complaints."""

from __future__ import annotations

from typing import Any, Iterable, Sequence

Shape = tuple[int, ...]


def count(shape: Iterable[int]) -> int:
    """Number of elements."""
    product = 1
    for extent in shape:
        product *= extent
    return product


def broadcast(left: Shape, right: Shape) -> Shape:
    """The shape that two operands broadcast to."""
    if left == right:
        return left
    if not right:
        return left
    if not left:
        return right
    longer, shorter = (left, right) if len(left) >= len(right) else (right, left)
    skip = len(longer) - len(shorter)
    result = list(longer)
    for axis, extent in enumerate(shorter):
        other = longer[skip + axis]
        if other == extent or extent == 1:
            continue
        if other != 1:
            position = skip + axis
            a = left[position - (len(longer) - len(left))]
            b = right[position - (len(longer) - len(right))]
            raise RuntimeError(
                f"The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension {position}"
            )
        result[skip + axis] = extent
    return tuple(result)


def broadcast_all(shapes: Iterable[Shape]) -> Shape:
    result: Shape = ()
    for shape in shapes:
        result = broadcast(result, shape)
    return result


def axis(dim: int, rank: int) -> int:
    """Wraps a possibly negative dimension; a zero-dimensional tensor accepts 0 and -1."""
    span = rank if rank > 0 else 1
    if not -span <= dim < span:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-span}, {span - 1}], but got {dim})")
    return dim + span if dim < 0 else dim


def axes(dims: Any, rank: int) -> list[int]:
    """Wrapped dimensions of a reduction: None or () stand for all."""
    if dims is None:
        return list(range(rank))
    if isinstance(dims, int):
        return [axis(dims, rank)]
    wrapped = [axis(index(dim), rank) for dim in dims]
    if len(set(wrapped)) != len(wrapped):
        twice = next(dim for dim in wrapped if wrapped.count(dim) > 1)
        raise RuntimeError(f"dim {twice} appears multiple times in the list of dims")
    return wrapped or list(range(rank))


def index(value: Any) -> int:
    """A whole number from whatever may stand for one: int, bool, a one-element tensor with a known value."""
    if type(value) is int:
        return value
    if hasattr(value, "__index__"):
        return value.__index__()
    raise TypeError(f"expected an integer, but got {type(value).__name__}")


def sizes(args: Sequence[Any]) -> Shape:
    """Sizes written as `f(2, 3)` or `f((2, 3))`."""
    if len(args) == 1 and not isinstance(args[0], int) and hasattr(args[0], "__iter__"):
        args = tuple(args[0])
    return tuple(index(size) for size in args)


def resolve_view(requested: Sequence[int], shape: Shape) -> Shape:
    """Fills in the one extent written as -1."""
    total = count(shape)
    known = 1
    unknown = -1
    for position, extent in enumerate(requested):
        if extent == -1:
            if unknown >= 0:
                raise RuntimeError("only one dimension can be inferred")
            unknown = position
        elif extent < -1:
            raise RuntimeError(f"invalid shape dimension {extent}")
        else:
            known *= extent
    if unknown < 0:
        if known != total:
            raise RuntimeError(f"shape '{list(requested)}' is invalid for input of size {total}")
        return tuple(requested)
    if known == 0:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(requested)} because the unspecified dimension size -1 "
            "can be any value and is ambiguous"
        )
    if total % known != 0:
        raise RuntimeError(f"shape '{list(requested)}' is invalid for input of size {total}")
    return tuple(total // known if extent == -1 else extent for extent in requested)


def spread(value: Any, rank: int) -> list[int]:
    """A kernel size, stride or padding written as one number or one a dimension."""
    if isinstance(value, int):
        return [value] * rank
    listed = [index(item) for item in value]
    return listed * rank if len(listed) == 1 else listed
