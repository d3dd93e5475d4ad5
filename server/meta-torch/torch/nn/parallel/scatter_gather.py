"""Spreading inputs over devices: there is one."""

from __future__ import annotations

from typing import Any


def scatter(inputs: Any, target_gpus: Any, dim: int = 0) -> list:
    return [inputs]


def gather(outputs: Any, target_device: Any, dim: int = 0) -> Any:
    return outputs[0]


def scatter_kwargs(inputs: Any, kwargs: Any, target_gpus: Any, dim: int = 0) -> tuple:
    return [inputs], [kwargs]


def is_namedtuple(obj: Any) -> bool:
    return isinstance(obj, tuple) and hasattr(obj, "_fields")
