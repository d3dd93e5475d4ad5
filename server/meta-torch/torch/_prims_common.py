"""Types for annotations in decompositions."""

from typing import Any

from ._tensor import Tensor

TensorLike = TensorLikeType = Tensor
Number = NumberType = (bool, int, float, complex)
ShapeType = StrideType = DeviceLikeType = Any


def make_contiguous_strides_for(shape):  # type: ignore[no-untyped-def]
    strides = [1] * len(shape)
    for axis in range(len(shape) - 2, -1, -1):
        strides[axis] = strides[axis + 1] * shape[axis + 1]
    return tuple(strides)

__path__: list = []  # Parts that are not here are stand-ins.
