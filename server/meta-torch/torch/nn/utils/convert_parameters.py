"""All parameters as one vector and back."""

from __future__ import annotations

from typing import Any

from ..._ops.registry import functions
from ..._tensor import Tensor


def parameters_to_vector(parameters: Any) -> Tensor:
    return functions["cat"]([param.view(-1) for param in parameters])


def vector_to_parameters(vec: Tensor, parameters: Any) -> None:
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type(vec).__name__}")
    at = 0
    for param in parameters:
        param.data = vec[at:at + param.numel()].view_as(param)
        at += param.numel()
