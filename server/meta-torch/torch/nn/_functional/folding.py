"""Sliding blocks as columns and back, and channel and pixel shuffles."""

from __future__ import annotations

from typing import Any

from ..._ops.registry import make
from ..._tensor import Tensor
from .common import as_ints


def _blocks(size: tuple, kernel: tuple, dilation: tuple, padding: tuple, stride: tuple) -> list:
    return [
        (size[axis] + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1) // stride[axis] + 1 for axis in (0, 1)
    ]


def unfold(input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:  # noqa: A002
    shape = input._shape
    kernel, dilation = as_ints(kernel_size, 2, "kernel_size"), as_ints(dilation, 2, "dilation")
    padding, stride = as_ints(padding, 2, "padding"), as_ints(stride, 2, "stride")
    if len(shape) not in (3, 4) or 0 in shape[-3:]:
        raise RuntimeError(f"Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: {list(shape)}")
    _check(kernel, dilation, padding, stride)
    rows, columns = _blocks(shape[-2:], kernel, dilation, padding, stride)
    if rows < 1 or columns < 1:
        raise RuntimeError(
            f"Given input with spatial size {shape[-2:]}, kernel_size={kernel}, dilation={dilation}, padding={padding}, "
            f"calculated shape of the array of sliding blocks as ({rows}, {columns}), but its components must be at least one."
        )
    result = shape[:-3] + (shape[-3] * kernel[0] * kernel[1], rows * columns)
    return make("unfold", result, input.dtype, (input,), _attributes(kernel, dilation, padding, stride))


def _attributes(kernel: tuple, dilation: tuple, padding: tuple, stride: tuple) -> dict:
    return {"kernel_size": list(kernel), "dilation": list(dilation), "padding": list(padding), "stride": list(stride)}


def _check(kernel: tuple, dilation: tuple, padding: tuple, stride: tuple) -> None:
    if min(kernel) <= 0:
        raise RuntimeError(f"kernel size should be greater than zero, but got kernel_height: {kernel[0]} kernel_width: {kernel[1]}")
    if min(stride) <= 0:
        raise RuntimeError(f"stride should be greater than zero, but got stride_height: {stride[0]} stride_width: {stride[1]}")
    if min(dilation) <= 0:
        raise RuntimeError(f"dilation should be greater than zero, but got dilation_height: {dilation[0]} dilation_width: {dilation[1]}")
    if min(padding) < 0:
        raise RuntimeError(f"padding should be non-negative, but got pad_height: {padding[0]} pad_width: {padding[1]}")


def fold(input: Tensor, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:  # noqa: A002
    shape = input._shape
    size, kernel, dilation = as_ints(output_size, 2), as_ints(kernel_size, 2), as_ints(dilation, 2)
    padding, stride = as_ints(padding, 2), as_ints(stride, 2)
    if len(shape) not in (2, 3) or 0 in shape[-2:]:
        raise RuntimeError(f"Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: {list(shape)}")
    _check(kernel, dilation, padding, stride)
    area = kernel[0] * kernel[1]
    if shape[-2] % area:
        raise RuntimeError(f"Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)={shape[-2]} and kernel_size={kernel}.")
    rows, columns = _blocks(size, kernel, dilation, padding, stride)
    if rows * columns != shape[-1]:
        raise RuntimeError(
            f"Given output_size={size}, kernel_size={kernel}, dilation={dilation}, padding={padding}, stride={stride}, expected "
            f"size of input's dimension 2 to match the calculated number of sliding blocks {rows} * {columns} = {rows * columns}, "
            f"but got input.size(2)={shape[-1]}."
        )
    result = shape[:-2] + (shape[-2] // area, *size)
    return make("fold", result, input.dtype, (input,), {"output_size": list(size), **_attributes(kernel, dilation, padding, stride)})


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:  # noqa: A002
    shape = input._shape
    if len(shape) < 3:
        raise RuntimeError(f"pixel_shuffle expects input to have at least 3 dimensions, but got input with {len(shape)} dimension(s)")
    if upscale_factor <= 0:
        raise RuntimeError(f"pixel_shuffle expects a positive upscale_factor, but got {upscale_factor}")
    area = upscale_factor * upscale_factor
    if shape[-3] % area:
        raise RuntimeError(
            f"pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but "
            f"input.size(-3)={shape[-3]} is not divisible by {area}"
        )
    result = shape[:-3] + (shape[-3] // area, shape[-2] * upscale_factor, shape[-1] * upscale_factor)
    return make("pixel_shuffle", result, input.dtype, (input,), {"upscale_factor": upscale_factor})


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:  # noqa: A002
    shape = input._shape
    if len(shape) < 3:
        raise RuntimeError(f"pixel_unshuffle expects input to have at least 3 dimensions, but got input with {len(shape)} dimension(s)")
    if downscale_factor <= 0:
        raise RuntimeError(f"pixel_unshuffle expects a positive downscale_factor, but got {downscale_factor}")
    for axis, what in ((-2, "height"), (-1, "width")):
        if shape[axis] % downscale_factor:
            raise RuntimeError(
                f"pixel_unshuffle expects {what} to be divisible by downscale_factor, but input.size({axis})={shape[axis]} is not "
                f"divisible by {downscale_factor}"
            )
    result = shape[:-3] + (shape[-3] * downscale_factor**2, shape[-2] // downscale_factor, shape[-1] // downscale_factor)
    return make("pixel_unshuffle", result, input.dtype, (input,), {"downscale_factor": downscale_factor})


def channel_shuffle(input: Tensor, groups: int) -> Tensor:  # noqa: A002
    shape = input._shape
    if len(shape) <= 2:
        raise RuntimeError(f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(shape)}")
    if groups <= 0:
        raise RuntimeError(f"Number of groups to divide channels in must be positive. Value of groups:{groups}")
    if shape[1] % groups:
        raise RuntimeError(f"Number of channels must be divisible by groups. Got {shape[1]} channels and {groups} groups.")
    return make("channel_shuffle", shape, input.dtype, (input,), {"groups": groups})


native_channel_shuffle = channel_shuffle
