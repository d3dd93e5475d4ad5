"""Resizing by `interpolate`, and sampling on a grid."""

from __future__ import annotations

import math
from typing import Any

from ..._meta.shape import index
from ..._ops.registry import make
from ..._tensor import Tensor

#: Ranks that each mode takes: batch, channels and the dimensions that are resized.
_RANKS = {
    "nearest": (3, 4, 5), "nearest-exact": (3, 4, 5), "area": (3, 4, 5), "linear": (3,), "bilinear": (4,), "bicubic": (4,),
    "trilinear": (5,),
}


def interpolate(
    input: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: Any = None,  # noqa: A002
    recompute_scale_factor: Any = None, antialias: bool = False,
) -> Tensor:
    shape = input._shape
    if mode in ("nearest", "area", "nearest-exact"):
        if align_corners is not None:
            raise ValueError("align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear")
    elif align_corners is None:
        align_corners = False
    rank = len(shape) - 2
    if mode not in _RANKS or len(shape) not in _RANKS[mode]:
        raise NotImplementedError(
            f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {len(shape)}D) for the modes: nearest | linear | bilinear "
            f"| bicubic | trilinear | area | nearest-exact (got {mode})"
        )
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is not None:
        if isinstance(size, (list, tuple)):
            if len(size) != rank:
                raise ValueError(f"Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of {list(shape[2:])} and output size of {size}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format.")
            result = [index(item) for item in size]
        else:
            result = [index(size)] * rank
    elif scale_factor is not None:
        factors = list(scale_factor) if isinstance(scale_factor, (list, tuple)) else [scale_factor] * rank
        if len(factors) != rank:
            raise ValueError(f"Input and scale_factor must have the same number of spatial dimensions, but got input with spatial dimensions of {list(shape[2:])} and scale_factor of shape {scale_factor}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and scale_factor in (s1, s2, ...,sK) format.")
        result = [math.floor(float(extent) * float(factor)) for extent, factor in zip(shape[2:], factors)]
    else:
        raise ValueError("either size or scale_factor should be defined")
    if recompute_scale_factor and size is not None:
        raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
    if antialias and not (mode in ("bilinear", "bicubic") and rank == 2):
        raise ValueError("Anti-alias option is restricted to bilinear and bicubic modes and requires a 4-D tensor as input")
    if mode != "area" and (min(result) <= 0 or min(shape[2:]) <= 0):
        raise RuntimeError(f"Input and output sizes should be greater than 0, but got input ({', '.join(map(str, shape[2:]))}) output ({', '.join(map(str, result))})")
    attributes: dict = {"size": result, "mode": mode, "antialias": bool(antialias)}
    if align_corners is not None:
        attributes["align_corners"] = bool(align_corners)
    return make("interpolate", shape[:2] + tuple(result), input.dtype, (input,), attributes)


def upsample(input: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: Any = None) -> Tensor:  # noqa: A002
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:  # noqa: A002
    return interpolate(input, size, scale_factor, "nearest")


def upsample_bilinear(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:  # noqa: A002
    return interpolate(input, size, scale_factor, "bilinear", True)


def grid_sample(input: Tensor, grid: Tensor, mode: str = "bilinear", padding_mode: str = "zeros", align_corners: Any = None) -> Tensor:  # noqa: A002
    if mode not in ("bilinear", "nearest", "bicubic"):
        raise ValueError(f"nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '{mode}'")
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ValueError(f"nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: '{padding_mode}'")
    shape, points = input._shape, grid._shape
    if len(shape) not in (4, 5) or len(points) != len(shape):
        raise RuntimeError(f"grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with sizes {list(shape)} and grid with sizes {list(points)}")
    if shape[0] != points[0]:
        raise RuntimeError(f"grid_sampler(): expected grid and input to have same batch size, but got input with sizes {list(shape)} and grid with sizes {list(points)}")
    if points[-1] != len(shape) - 2:
        raise RuntimeError(f"grid_sampler(): expected grid to have size {len(shape) - 2} in last dimension, but got grid with sizes {list(points)}")
    if 0 in shape[2:]:
        raise RuntimeError(f"grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes {list(shape)}")
    if mode == "bicubic" and len(shape) != 4:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")
    if input.dtype is not grid.dtype:
        from ..._ops.registry import long_name

        raise RuntimeError(f"grid_sampler(): expected input and grid to have same dtype, but input has {long_name(input.dtype)} and grid has {long_name(grid.dtype)}")
    attributes = {"mode": mode, "padding_mode": padding_mode, "align_corners": bool(align_corners)}
    return make("grid_sample", shape[:2] + points[1:-1], input.dtype, (input, grid), attributes)


def grid_sampler(input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool) -> Tensor:  # noqa: A002
    return grid_sample(input, grid, ("bilinear", "nearest", "bicubic")[interpolation_mode], ("zeros", "border", "reflection")[padding_mode], align_corners)


def affine_grid(theta: Tensor, size: Any, align_corners: Any = None) -> Tensor:
    extents = tuple(index(item) for item in size)
    if theta.dtype.category < 2:
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    rank = len(extents) - 2
    if rank not in (2, 3):
        raise NotImplementedError("affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively.")
    if len(theta._shape) != 3 or theta._shape[-2:] != (rank, rank + 1):
        raise ValueError(f"Expected a batch of {rank}D affine matrices of shape Nx{rank}x{rank + 1} for size {list(extents)}. Got {list(theta._shape)}.")
    if min(extents) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {list(extents)}")
    if theta._shape[0] != extents[0]:
        raise RuntimeError(f"Expected size for first two dimensions of batch2 tensor to be: [{extents[0]}, {rank + 1}] but got: [{theta._shape[0]}, {rank + 1}].")
    result = (extents[0], *extents[2:], rank)
    return make("affine_grid", result, theta.dtype, (theta,), {"size": list(extents), "align_corners": bool(align_corners)})


def affine_grid_generator(theta: Tensor, size: Any, align_corners: bool) -> Tensor:
    return affine_grid(theta, size, align_corners)
