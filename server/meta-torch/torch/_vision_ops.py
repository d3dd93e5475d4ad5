"""Operators that torchvision compiles: shapes as its documentation gives them."""

from __future__ import annotations

from typing import Any

from ._meta import dtype as d
from ._ops.registry import make
from ._tensor import Tensor


def _pooled(name: str, input: Tensor, rois: Tensor, scale: float, height: int, width: int, channels: int) -> Tensor:  # noqa: A002
    return make(name, (rois._shape[0], channels, height, width), input.dtype, (input, rois), {"output_size": [height, width], "spatial_scale": scale})


def roi_align(input: Tensor, rois: Tensor, spatial_scale: float, pooled_height: int, pooled_width: int, sampling_ratio: int = -1, aligned: bool = False) -> Tensor:  # noqa: A002
    return _pooled("roi_align", input, rois, spatial_scale, pooled_height, pooled_width, input._shape[1])


def roi_pool(input: Tensor, rois: Tensor, spatial_scale: float, pooled_height: int, pooled_width: int) -> tuple:  # noqa: A002
    return _pooled("roi_pool", input, rois, spatial_scale, pooled_height, pooled_width, input._shape[1]), None


def ps_roi_align(input: Tensor, rois: Tensor, spatial_scale: float, pooled_height: int, pooled_width: int, sampling_ratio: int = -1) -> tuple:  # noqa: A002
    channels = input._shape[1] // (pooled_height * pooled_width)
    return _pooled("ps_roi_align", input, rois, spatial_scale, pooled_height, pooled_width, channels), None


def ps_roi_pool(input: Tensor, rois: Tensor, spatial_scale: float, pooled_height: int, pooled_width: int) -> tuple:  # noqa: A002
    return ps_roi_align(input, rois, spatial_scale, pooled_height, pooled_width)


def nms(dets: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """How many boxes stay depends on data; all of them is the most that can."""
    return make("nms", (dets._shape[0],), d.int64, (dets, scores), {"iou_threshold": iou_threshold})


def deform_conv2d(
    input: Tensor, weight: Tensor, offset: Tensor, mask: Tensor, bias: Tensor, stride_h: int, stride_w: int, pad_h: int,  # noqa: A002
    pad_w: int, dil_h: int, dil_w: int, n_weight_grps: int, n_offset_grps: int, use_mask: bool,
) -> Any:
    batch, _, height, width = input._shape
    kernel = weight._shape[2:]
    rows = (height + 2 * pad_h - dil_h * (kernel[0] - 1) - 1) // stride_h + 1
    columns = (width + 2 * pad_w - dil_w * (kernel[1] - 1) - 1) // stride_w + 1
    attributes = {"stride": [stride_h, stride_w], "padding": [pad_h, pad_w], "dilation": [dil_h, dil_w], "groups": n_weight_grps, "offset_groups": n_offset_grps}
    inputs = (input, weight, offset, mask if use_mask else None, bias)
    return make("deform_conv2d", (batch, weight._shape[0], rows, columns), input.dtype, inputs, attributes)


def _cuda_version() -> int:
    return -1
