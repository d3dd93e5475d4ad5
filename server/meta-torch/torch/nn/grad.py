"""Gradients of convolutions, by their shapes."""

from __future__ import annotations

from typing import Any

from .._ops.registry import make
from .._tensor import Tensor


def _input(name: str) -> Any:
    def gradient(input_size: Any, weight: Tensor, grad_output: Tensor, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1) -> Tensor:
        return make(name, tuple(input_size), grad_output.dtype, (weight, grad_output), {"groups": groups})

    return gradient


def _weight(name: str) -> Any:
    def gradient(input: Tensor, weight_size: Any, grad_output: Tensor, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1) -> Tensor:  # noqa: A002
        return make(name, tuple(weight_size), grad_output.dtype, (input, grad_output), {"groups": groups})

    return gradient


conv1d_input, conv2d_input, conv3d_input = _input("conv1d_input"), _input("conv2d_input"), _input("conv3d_input")
conv1d_weight, conv2d_weight, conv3d_weight = _weight("conv1d_weight"), _weight("conv2d_weight"), _weight("conv3d_weight")
