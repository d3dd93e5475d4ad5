"""Tools; the parts load when first asked for."""

from __future__ import annotations

import importlib
from typing import Any

from .._tensor import Tensor
from . import checkpoint, data, hooks  # noqa: F401
from ._pytree import tree_flatten, tree_map, tree_unflatten  # noqa: F401

_PARTS = frozenset((
    "_pytree", "_contextlib", "_python_dispatch", "backend_registration", "bottleneck", "collect_env", "cpp_extension", "dlpack", "flop_counter",
    "mobile_optimizer", "model_zoo", "swa_utils", "tensorboard", "throughput_benchmark", "weak", "benchmark", "_cxx_pytree", "module_tracker",
    "_foreach_utils", "_stats", "_config_module", "_ordered_set", "_triton", "_typing_utils", "_device", "_mode_utils",
))


def __getattr__(name: str) -> Any:
    if name in _PARTS:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module 'torch.utils' has no attribute '{name}'")


def swap_tensors(t1: Tensor, t2: Tensor) -> None:
    t1.__dict__, t2.__dict__ = t2.__dict__, t1.__dict__


def set_module(obj: Any, mod: str) -> None:
    obj.__module__ = mod


def rename_privateuse1_backend(backend_name: str) -> None:
    return None


def generate_methods_for_privateuse1_backend(*args: Any, **options: Any) -> None:
    return None


def get_cpp_backtrace(*args: Any, **options: Any) -> str:
    return ""


cmake_prefix_path = ""
