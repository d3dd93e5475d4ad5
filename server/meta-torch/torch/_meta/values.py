"""
Small real contents. A shape-only tensor carries the numbers of `arange`, tables and masks while they are small, since
models branch on them; everything else has none, and arithmetic with those has none.
"""

from __future__ import annotations

from typing import Any, Callable, Sequence

#: Elements up to which contents are kept; index tables may be larger than floating ones.
FLOAT_LIMIT = 4096
INDEX_LIMIT = 65536


class DataDependent(RuntimeError):
    """A number was asked of a tensor that has none: its contents depend on weights or inputs."""


class _Positions:
    """A list whose element at `n` is `n`: turns `gather` into a list of offsets."""

    def __getitem__(self, index: int) -> int:
        return index


POSITIONS: Any = _Positions()


def fits(count: int, is_floating: bool) -> bool:
    return count <= (FLOAT_LIMIT if is_floating else INDEX_LIMIT)


def strides_of(shape: Sequence[int]) -> list[int]:
    """Row-major strides in elements."""
    strides = [1] * len(shape)
    for axis in range(len(shape) - 2, -1, -1):
        strides[axis] = strides[axis + 1] * shape[axis + 1]
    return strides


def broadcast(value: list, source: Sequence[int], target: Sequence[int]) -> list:
    """The flat list of `value` (of shape `source`) repeated to shape `target`."""
    if tuple(source) == tuple(target):
        return value
    if len(value) == 1:
        count = 1
        for extent in target:
            count *= extent
        return value * count
    padded = [1] * (len(target) - len(source)) + list(source)
    own = strides_of(padded)
    return gather(value, target, [0 if extent == 1 else stride for extent, stride in zip(padded, own)], 0)


def gather(value: list, shape: Sequence[int], strides: Sequence[int], offset: int) -> list:
    """Elements of a strided view, row-major."""
    offsets = [offset]
    for extent, stride in zip(shape, strides):
        if extent == 1:
            continue
        steps = [index * stride for index in range(extent)]
        offsets = [base + step for base in offsets for step in steps]
    return [value[index] for index in offsets]


def apply(function: Callable[..., Any], *lists: list) -> list | None:
    """Element-wise, or None where the function has no answer (a division by zero)."""
    try:
        return [function(*items) for items in zip(*lists)]
    except (ArithmeticError, ValueError, TypeError):
        return None


def lines(shape: Sequence[int], axis: int) -> tuple[list[int], list[int]]:
    """Offsets of the first element of every line along `axis`, row-major, and the steps within a line."""
    strides = strides_of(shape)
    rest = [position for position in range(len(shape)) if position != axis]
    starts = [0]
    for position in rest:
        steps = [index * strides[position] for index in range(shape[position])]
        starts = [base + step for base in starts for step in steps]
    return starts, [index * strides[axis] for index in range(shape[axis])]


def along(value: list, shape: Sequence[int], axis: int, function: Callable[[list], Sequence[Any]]) -> list:
    """`function` of every line along `axis`, put back in its place; the line's length may change."""
    if not shape:
        return list(function(value))
    starts, steps = lines(shape, axis)
    results = [function([value[start + step] for step in steps]) for start in starts]
    length = len(results[0]) if results else 0
    inner = 1
    for extent in shape[axis + 1 :]:
        inner *= extent
    flat = []
    for block in range(0, len(results), inner or 1):
        group = results[block : block + inner]
        for position in range(length):
            flat.extend(line[position] for line in group)
    return flat
