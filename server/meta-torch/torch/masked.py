"""Reductions under a mask, by shape."""

from __future__ import annotations

from typing import Any

from ._ops.registry import functions
from ._tensor import Tensor


def _reduce(name: str) -> Any:
    return lambda input, dim=None, *args, keepdim=False, dtype=None, mask=None: functions[name](input, dim, keepdim) if dim is not None else functions[name](input)


sum, mean, amax, amin, prod = (_reduce(name) for name in ("sum", "mean", "amax", "amin", "prod"))  # noqa: A001


def masked_tensor(data: Tensor, mask: Tensor, requires_grad: bool = False) -> Tensor:
    return data


as_masked_tensor = masked_tensor
MaskedTensor = type("MaskedTensor", (), {})

__path__: list = []  # Parts that are not here are stand-ins.
