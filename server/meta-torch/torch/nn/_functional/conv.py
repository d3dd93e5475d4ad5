"""Convolutions and their transposes. Shape rules: torch's documentation of `Conv2d` and `ConvTranspose2d`."""

from __future__ import annotations

from typing import Any

from ..._ops.registry import make
from ..._tensor import Tensor
from .common import as_ints, operand_type


def _conv(name: str, rank: int, input: Tensor, weight: Tensor, bias: Any, stride: Any, padding: Any, dilation: Any, groups: int) -> Tensor:  # noqa: A002
    shape, kernel = input._shape, weight._shape
    stride = as_ints(stride, rank, "stride")
    dilation = as_ints(dilation, rank, "dilation")
    if len(kernel) != rank + 2:
        raise RuntimeError(f"weight should have at least three dimensions" if len(kernel) < 3 else f"Expected {rank + 2}-dimensional weight for {name}, but got weight of size {list(kernel)}")
    if len(shape) == rank + 2:
        channels, batch, spatial = shape[1], shape[:1], shape[2:]
    elif len(shape) == rank + 1:
        channels, batch, spatial = shape[0], (), shape[1:]
    else:
        raise RuntimeError(
            f"Expected {rank + 1}D (unbatched) or {rank + 2}D (batched) input to {name}, but got input of size: {list(shape)}"
        )
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    if min(stride) <= 0:
        raise RuntimeError("non-positive stride is not supported")
    if min(dilation) <= 0:
        raise RuntimeError("dilation should be greater than zero")
    out_channels = kernel[0]
    if out_channels < groups or out_channels % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0 and divisible by {groups}, but got "
            f"weight of size {list(kernel)} instead"
        )
    if channels != kernel[1] * groups:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(kernel)}, expected input{list(shape)} to have "
            f"{kernel[1] * groups} channels, but got {channels} channels instead"
        )
    if bias is not None and bias._shape != (out_channels,):
        raise RuntimeError(
            f"Given weight of size {list(kernel)}, expected bias to be 1-dimensional with {out_channels} elements, but got "
            f"bias of size {list(bias._shape)} instead"
        )
    if type(padding) is str:
        before, after = _named_padding(padding, stride, dilation, kernel)
    else:
        before = after = as_ints(padding, rank, "padding")
        if min(before) < 0:
            raise RuntimeError("negative padding is not supported")
    result = []
    for axis in range(rank):
        padded = spatial[axis] + before[axis] + after[axis]
        reach = dilation[axis] * (kernel[axis + 2] - 1) + 1
        if padded < reach:
            _kernel_too_large(spatial, before, dilation, kernel)
        result.append((padded - reach) // stride[axis] + 1)
    kind = operand_type(input, weight, bias)
    attributes = {
        "stride": list(stride), "padding": list(before) if before == after else [*before, *after], "dilation": list(dilation),
        "groups": groups,
    }
    return make(name, (*batch, out_channels, *result), kind, (input, weight, bias), attributes)


def _named_padding(padding: str, stride: tuple, dilation: tuple, kernel: tuple) -> tuple:
    """`same` puts the odd one at the end."""
    if padding == "valid":
        none = (0,) * len(stride)
        return none, none
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}'")
    if max(stride) > 1:
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    total = [reach * (extent - 1) for reach, extent in zip(dilation, kernel[2:])]
    before = tuple(item // 2 for item in total)
    return before, tuple(item - first for item, first in zip(total, before))


def _kernel_too_large(spatial: tuple, padding: tuple, dilation: tuple, kernel: tuple) -> None:
    padded = " x ".join(str(extent + 2 * pad) for extent, pad in zip(spatial, padding))
    reach = " x ".join(str(step * (extent - 1) + 1) for step, extent in zip(dilation, kernel[2:]))
    raise RuntimeError(
        f"Calculated padded input size per channel: ({padded}). Kernel size: ({reach}). Kernel size can't be greater than "
        "actual input size"
    )


def conv1d(input: Tensor, weight: Tensor, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1) -> Tensor:  # noqa: A002
    return _conv("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(input: Tensor, weight: Tensor, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1) -> Tensor:  # noqa: A002
    return _conv("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(input: Tensor, weight: Tensor, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1) -> Tensor:  # noqa: A002
    return _conv("conv3d", 3, input, weight, bias, stride, padding, dilation, groups)


def _transposed(
    name: str, rank: int, input: Tensor, weight: Tensor, bias: Any, stride: Any, padding: Any, output_padding: Any,  # noqa: A002
    groups: int, dilation: Any,
) -> Tensor:
    shape, kernel = input._shape, weight._shape
    stride, padding = as_ints(stride, rank, "stride"), as_ints(padding, rank, "padding")
    output_padding, dilation = as_ints(output_padding, rank, "output_padding"), as_ints(dilation, rank, "dilation")
    if len(shape) not in (rank + 1, rank + 2):
        raise RuntimeError(
            f"Expected {rank + 1}D (unbatched) or {rank + 2}D (batched) input to {name}, but got input of size: {list(shape)}"
        )
    if len(kernel) != rank + 2:
        raise RuntimeError(f"Expected {rank + 2}-dimensional weight for {name}, but got weight of size {list(kernel)}")
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    if min(stride) <= 0:
        raise RuntimeError("non-positive stride is not supported")
    if min(padding) < 0:
        raise RuntimeError("negative padding is not supported")
    if min(dilation) <= 0:
        raise RuntimeError("dilation should be greater than zero")
    batch, channels, spatial = (shape[:1], shape[1], shape[2:]) if len(shape) == rank + 2 else ((), shape[0], shape[1:])
    if kernel[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of size "
            f"{list(kernel)} instead"
        )
    if channels != kernel[0]:
        raise RuntimeError(
            f"Given transposed=1, weight of size {list(kernel)}, expected input{list(shape)} to have {kernel[0]} channels, but "
            f"got {channels} channels instead"
        )
    out_channels = kernel[1] * groups
    if bias is not None and bias._shape != (out_channels,):
        raise RuntimeError(
            f"Given transposed=1, weight of size {list(kernel)}, expected bias to be 1-dimensional with {out_channels} "
            f"elements, but got bias of size {list(bias._shape)} instead"
        )
    result = []
    for axis in range(rank):
        extra = output_padding[axis]
        if extra >= stride[axis] and extra >= dilation[axis]:
            raise RuntimeError("output padding must be smaller than either stride or dilation")
        extent = (spatial[axis] - 1) * stride[axis] - 2 * padding[axis] + dilation[axis] * (kernel[axis + 2] - 1) + extra + 1
        if extent < 1:
            raise RuntimeError(f"Given input size per channel: {list(spatial)}. Calculated output size per channel is too small")
        result.append(extent)
    kind = operand_type(input, weight, bias)
    attributes = {
        "stride": list(stride), "padding": list(padding), "output_padding": list(output_padding), "groups": groups,
        "dilation": list(dilation),
    }
    return make(name, (*batch, out_channels, *result), kind, (input, weight, bias), attributes)


def conv_transpose1d(input: Tensor, weight: Tensor, bias: Any = None, stride: Any = 1, padding: Any = 0, output_padding: Any = 0, groups: int = 1, dilation: Any = 1) -> Tensor:  # noqa: A002
    return _transposed("conv_transpose1d", 1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(input: Tensor, weight: Tensor, bias: Any = None, stride: Any = 1, padding: Any = 0, output_padding: Any = 0, groups: int = 1, dilation: Any = 1) -> Tensor:  # noqa: A002
    return _transposed("conv_transpose2d", 2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(input: Tensor, weight: Tensor, bias: Any = None, stride: Any = 1, padding: Any = 0, output_padding: Any = 0, groups: int = 1, dilation: Any = 1) -> Tensor:  # noqa: A002
    return _transposed("conv_transpose3d", 3, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: int = 0) -> Tensor:  # noqa: A002
    """Input is (time, batch, channels), weight (width, channels in, channels out)."""
    time, batch, channels = input._shape
    width, in_channels, out_channels = weight._shape
    if channels != in_channels:
        raise RuntimeError("Input dim 2 (input channels) is not == dim 1 in the weight tensor")
    if bias._shape != (out_channels,):
        raise RuntimeError("Bias size must equal dim 2 in the weight tensor (output channels).")
    extent = time + 2 * pad - width + 1
    if extent < 0:
        raise RuntimeError("Kernel size can't be greater than actual input size")
    return make("conv_tbc", (extent, batch, out_channels), operand_type(input, weight, bias), (input, weight, bias), {"pad": pad})
