"""
What views share: strides, contiguity, and whether a shape can be viewed. Strides of results that torch lays out by rules
we do not follow are unknown; such a tensor is never refused a view.
"""

from __future__ import annotations

from typing import Any, Sequence

from .._meta import values
from .._tensor import UNKNOWN_STRIDES, Tensor, fresh


def physical(input: Tensor) -> list[int]:  # noqa: A002
    """Element strides; those of the row-major order where they are unknown."""
    return list(input._strides) if input._strides else values.strides_of(input._shape)


def settled(shape: Sequence[int], strides: Sequence[int], input: Tensor) -> Any:  # noqa: A002
    """What a view of `input` keeps as `_strides`: None when contiguous."""
    if input._strides is UNKNOWN_STRIDES:
        return UNKNOWN_STRIDES
    expected = 1
    for position in range(len(shape) - 1, -1, -1):
        extent = shape[position]
        if extent == 1:
            continue
        if extent == 0:
            return None
        if strides[position] != expected:
            return None if 0 in shape else tuple(strides)
        expected *= extent
    return None


def plain(input: Tensor) -> Tensor:  # noqa: A002
    """The same contents in row-major order, outside any trace: for following contents through a strided view."""
    return fresh(input._shape, input.dtype, input.device, input._value)


def viewed_strides(shape: Sequence[int], strides: Sequence[int], target: Sequence[int]) -> list[int] | None:
    """
    Strides of a view to `target`, or None where a copy is needed: each run of dimensions that lie evenly in memory must
    be divided as a whole (the condition in the documentation of Tensor.view).
    """
    if 0 in shape:
        return values.strides_of([max(extent, 1) for extent in target])
    runs: list[list[int]] = []  # elements and innermost stride of each even run, innermost run first
    for extent, stride in zip(reversed(shape), reversed(strides)):
        if extent == 1:
            continue
        if runs and stride == runs[-1][0] * runs[-1][1]:
            runs[-1][0] *= extent
        else:
            runs.append([extent, stride])
    result = [1] * len(target)
    current = 0
    left, step = runs[0] if runs else [1, 1]
    for position in range(len(target) - 1, -1, -1):
        extent = target[position]
        if extent != 1 and left == 1 and current + 1 < len(runs):
            current += 1
            left, step = runs[current]
        if left % extent:
            return None
        result[position] = step
        left //= extent
        step *= extent
    return result if left == 1 and current >= len(runs) - 1 else None
