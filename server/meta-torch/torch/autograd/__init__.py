"""Differentiation as programs use it around a forward run: nothing is differentiated."""

from __future__ import annotations

from typing import Any

from .._ops.autograd_mode import exported as _modes
from .._tensor import Tensor
from . import forward_ad, function, functional, grad_mode, graph, profiler, variable  # noqa: F401
from .function import Function  # noqa: F401

Variable = variable.Variable
globals().update(_modes)


def backward(tensors: Any, *args: Any, **options: Any) -> None:
    return None


def grad(outputs: Any, inputs: Any, *args: Any, **options: Any) -> tuple:
    """Gradients have the shapes of what they are of."""
    from .._tensor import fresh

    return tuple(fresh(item._shape, item.dtype, item.device) for item in ((inputs,) if isinstance(inputs, Tensor) else inputs))


def gradcheck(*args: Any, **options: Any) -> bool:
    return True


gradgradcheck = gradcheck
detect_anomaly = set_detect_anomaly = _modes.get("set_grad_enabled")
kineto_available = lambda: False  # noqa: E731
