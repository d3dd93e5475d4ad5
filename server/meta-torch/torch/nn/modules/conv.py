"""Convolution layers, transposed and lazy ones."""

from __future__ import annotations

from typing import Any

from ..._tensor import Tensor
from .. import functional as F  # noqa: N812
from ..parameter import UninitializedParameter, new_parameter
from .lazy import LazyModuleMixin
from .linear import _whole
from .module import Module
from .utils import _ntuple


class _ConvNd(Module):
    __constants__ = ["stride", "padding", "dilation", "groups", "padding_mode", "output_padding", "in_channels", "out_channels", "kernel_size"]

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: tuple, stride: tuple, padding: Any, dilation: tuple,
        transposed: bool, output_padding: tuple, groups: int, bias: bool, padding_mode: str, device: Any = None, dtype: Any = None,
    ) -> None:
        super().__init__()
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if hasattr(in_channels, "__index__") and hasattr(out_channels, "__index__"):
            # A missing import's value says so here; divided, it would be a wrong number of channels.
            in_channels, out_channels = in_channels.__index__(), out_channels.__index__()
        if in_channels % groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups != 0:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(padding, str):
            if padding not in ("same", "valid"):
                raise ValueError(f"Invalid padding string {padding!r}, should be one of ('valid', 'same')")
            if padding == "same" and any(step != 1 for step in stride):
                raise ValueError("padding='same' is not supported for strided convolutions")
        if padding_mode not in ("zeros", "reflect", "replicate", "circular"):
            raise ValueError(f"padding_mode must be one of ('zeros', 'reflect', 'replicate', 'circular'), but got padding_mode='{padding_mode}'")
        own = self.__dict__
        own["in_channels"], own["out_channels"], own["kernel_size"] = in_channels, out_channels, kernel_size
        own["stride"], own["padding"], own["dilation"], own["transposed"] = stride, padding, dilation, transposed
        own["output_padding"], own["groups"], own["padding_mode"] = output_padding, groups, padding_mode
        if padding_mode != "zeros":
            own["_reversed_padding_repeated_twice"] = self._explicit_padding()
        first, second = (in_channels, out_channels // groups) if transposed else (out_channels, in_channels // groups)
        params = own["_parameters"]
        params["weight"] = new_parameter((_whole(first), _whole(second), *kernel_size), dtype, device)
        params["bias"] = new_parameter((out_channels,), dtype, device) if bias else None
        self.reset_parameters()

    def _explicit_padding(self) -> list:
        """Amounts for `pad`: two for each dimension, the last dimension first."""
        if self.padding == "valid":
            return [0, 0] * len(self.kernel_size)
        amounts = []
        for axis in range(len(self.kernel_size) - 1, -1, -1):
            if self.padding == "same":
                total = self.dilation[axis] * (self.kernel_size[axis] - 1)
                amounts += [total // 2, total - total // 2]
            else:
                amounts += [self.padding[axis]] * 2
        return amounts

    def reset_parameters(self) -> None:
        """Weights have no contents to fill."""

    def extra_repr(self) -> str:
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        rank = len(self.kernel_size)
        if self.padding != (0,) * rank:
            text += f", padding={self.padding}"
        if self.dilation != (1,) * rank:
            text += f", dilation={self.dilation}"
        if self.output_padding != (0,) * rank:
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text


class _Plain(_ConvNd):
    """A convolution of `_rank` dimensions, run by `_run`."""

    _rank = 2
    _run: Any = None

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1,
        groups: int = 1, bias: bool = True, padding_mode: str = "zeros", device: Any = None, dtype: Any = None,
    ) -> None:
        spread = _ntuple(self._rank)
        super().__init__(
            in_channels, out_channels, spread(kernel_size), spread(stride), padding if isinstance(padding, str) else spread(padding),
            spread(dilation), False, (0,) * self._rank, groups, bias, padding_mode, device, dtype,
        )

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Any) -> Tensor:  # noqa: A002
        if self.padding_mode != "zeros":
            input = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode)  # noqa: A001
            return type(self)._run(input, weight, bias, self.stride, (0,) * self._rank, self.dilation, self.groups)
        return type(self)._run(input, weight, bias, self.stride, self.padding, self.dilation, self.groups)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return self._conv_forward(input, self.weight, self.bias)


class Conv1d(_Plain):
    _rank = 1
    _run = staticmethod(F.conv1d)


class Conv2d(_Plain):
    _rank = 2
    _run = staticmethod(F.conv2d)


class Conv3d(_Plain):
    _rank = 3
    _run = staticmethod(F.conv3d)


class _ConvTransposeNd(_ConvNd):
    _rank = 2
    _run: Any = None

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0, output_padding: Any = 0,
        groups: int = 1, bias: bool = True, dilation: Any = 1, padding_mode: str = "zeros", device: Any = None, dtype: Any = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        spread = _ntuple(self._rank)
        super().__init__(
            in_channels, out_channels, spread(kernel_size), spread(stride), spread(padding), spread(dilation), True,
            spread(output_padding), groups, bias, padding_mode, device, dtype,
        )

    def _output_padding(
        self, input: Tensor, output_size: Any, stride: Any, padding: Any, kernel_size: Any, num_spatial_dims: int, dilation: Any = None,  # noqa: A002
    ) -> Any:
        """What must be added at the end for the size that is wanted, among those that the stride leaves open."""
        if output_size is None:
            return self.output_padding
        wanted = list(output_size)
        if len(wanted) == num_spatial_dims + 2:
            wanted = wanted[2:]
        if len(wanted) != num_spatial_dims:
            raise ValueError(f"{type(self).__name__}: for {input.dim()}D input, output_size must have {num_spatial_dims} or {input.dim()} elements (got {len(output_size)})")
        spatial = input._shape[-num_spatial_dims:]
        extra = []
        for axis, size in enumerate(wanted):
            least = (spatial[axis] - 1) * stride[axis] - 2 * padding[axis] + (dilation[axis] if dilation else 1) * (kernel_size[axis] - 1) + 1
            if not least <= size <= least + stride[axis] - 1:
                raise ValueError(f"requested an output size of {output_size}, but valid sizes range from {least} to {least + stride[axis] - 1} (for an input of {list(spatial)})")
            extra.append(size - least)
        return extra

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:  # noqa: A002
        extra = self._output_padding(input, output_size, self.stride, self.padding, self.kernel_size, self._rank, self.dilation)
        return type(self)._run(input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation)


class ConvTranspose1d(_ConvTransposeNd):
    _rank = 1
    _run = staticmethod(F.conv_transpose1d)


class ConvTranspose2d(_ConvTransposeNd):
    _rank = 2
    _run = staticmethod(F.conv_transpose2d)


class ConvTranspose3d(_ConvTransposeNd):
    _rank = 3
    _run = staticmethod(F.conv_transpose3d)


_ConvTransposeMixin = _ConvTransposeNd


class _LazyConv(LazyModuleMixin):
    """Takes the channels of the first input."""

    _is_transposed = False

    def __init__(self, out_channels: int, kernel_size: Any, *args: Any, **kwargs: Any) -> None:
        names = ("stride", "padding", "output_padding", "groups", "bias", "dilation", "padding_mode") if self._is_transposed else (
            "stride", "padding", "dilation", "groups", "bias", "padding_mode")
        options = {**dict(zip(names, args)), **kwargs}
        has_bias = options.pop("bias", True)
        groups = options.pop("groups", 1)
        device, dtype = options.pop("device", None), options.pop("dtype", None)
        super().__init__(0, 0, kernel_size, groups=1, bias=False, **options)
        self.groups = groups
        self.out_channels = out_channels
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        if has_bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def initialize_parameters(self, input: Tensor, *args: Any, **kwargs: Any) -> None:  # noqa: A002
        if not self.has_uninitialized_params():
            return
        if len(input._shape) not in (self._rank + 1, self._rank + 2):
            raise RuntimeError(f"Expected {self._rank + 1}D (unbatched) or {self._rank + 2}D (batched) input to {type(self).__name__}, but got input of size: {input.shape}")
        self.in_channels = input._shape[-self._rank - 1]
        if self.in_channels % self.groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        first, second = (self.in_channels, self.out_channels // self.groups) if self._is_transposed else (
            self.out_channels, self.in_channels // self.groups)
        self.weight.materialize((first, second, *self.kernel_size))
        if self.bias is not None:
            self.bias.materialize((self.out_channels,))


class LazyConv1d(_LazyConv, Conv1d):
    cls_to_become = Conv1d


class LazyConv2d(_LazyConv, Conv2d):
    cls_to_become = Conv2d


class LazyConv3d(_LazyConv, Conv3d):
    cls_to_become = Conv3d


class LazyConvTranspose1d(_LazyConv, ConvTranspose1d):
    cls_to_become = ConvTranspose1d
    _is_transposed = True


class LazyConvTranspose2d(_LazyConv, ConvTranspose2d):
    cls_to_become = ConvTranspose2d
    _is_transposed = True


class LazyConvTranspose3d(_LazyConv, ConvTranspose3d):
    cls_to_become = ConvTranspose3d
    _is_transposed = True
