"""Products with weight matrices: `linear` and `bilinear`."""

from __future__ import annotations

from typing import Any

from ..._meta import autocast
from ..._meta.shape import count
from ..._ops.registry import long_name, make
from ..._tensor import Tensor


def linear(input: Tensor, weight: Tensor, bias: Any = None) -> Tensor:  # noqa: A002
    shape, matrix = input._shape, weight._shape
    kind = input.dtype
    if len(matrix) == 2 and shape and shape[-1] == matrix[1]:
        result = shape[:-1] + (matrix[0],)
    elif len(matrix) == 1 and shape and shape[-1] == matrix[0]:
        result = shape[:-1]
    else:
        _refuse(shape, matrix)
    if bias is not None and bias._shape != result[-1:] and not (bias._shape in ((1,), ())):
        raise RuntimeError(
            f"The expanded size of the tensor ({matrix[0]}) must match the existing size ({bias._shape[-1] if bias._shape else 1}) at "
            f"non-singleton dimension 1.  Target sizes: [{count(shape[:-1])}, {matrix[0]}].  Tensor sizes: {list(bias._shape)}"
        )
    if autocast.state.active:
        kind = autocast.compute_type(input.device.type, kind)
    elif weight.dtype is not kind or (bias is not None and bias.dtype is not kind):
        other = bias if weight.dtype is kind else weight
        raise RuntimeError(f"mat1 and mat2 must have the same dtype, but got {long_name(kind)} and {long_name(other.dtype)}")
    return make("linear", result, kind, (input, weight, bias))


def _refuse(shape: tuple, matrix: tuple) -> Any:
    if not shape:
        raise RuntimeError("both arguments to linear need to be at least 1D, but they are 0D and 2D")
    if len(matrix) not in (1, 2):
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {len(matrix)}D")
    if len(shape) == 1 and len(matrix) == 2:
        raise RuntimeError(f"size mismatch, got input ({matrix[0]}), mat ({matrix[0]}x{matrix[1]}), vec ({shape[0]})")
    columns = f"{matrix[1]}x{matrix[0]}" if len(matrix) == 2 else f"{matrix[0]}x1"
    raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({count(shape[:-1])}x{shape[-1]} and {columns})")


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Any = None) -> Tensor:
    one, two, cube = input1._shape, input2._shape, weight._shape
    if len(one) != len(two):
        raise RuntimeError(f"bilinear(): input dimensions do not match: got {len(one)} and {len(two)}")
    if one[:-1] != two[:-1]:
        axis = next(index for index in range(len(one)) if one[index] != two[index])
        raise RuntimeError(f"bilinear(): input batch dimensions do not match at dim {axis}: got {one[axis]} and {two[axis]}")
    if one[-1] != cube[1]:
        raise RuntimeError(f"bilinear(): input1 size does not match weight size: got {one[-1]} but expected {cube[1]}")
    if two[-1] != cube[2]:
        raise RuntimeError(f"bilinear(): input2 size does not match weight size: got {two[-1]} but expected {cube[2]}")
    if bias is not None and bias._shape != cube[:1]:
        raise RuntimeError(f"bilinear(): bias size does not match weight size: got {bias._shape[0]} but expected {cube[0]}")
    return make("bilinear", one[:-1] + (cube[0],), input1.dtype, (input1, input2, weight, bias))
