"""Odds and ends that libraries take from torch's inside."""

from __future__ import annotations

from typing import Any


def _flatten_dense_tensors(tensors: Any) -> Any:
    from ._ops.registry import functions

    return functions["cat"]([item.reshape(-1) for item in tensors])


def _unflatten_dense_tensors(flat: Any, tensors: Any) -> tuple:
    found, at = [], 0
    for item in tensors:
        found.append(flat[at:at + item.numel()].view(item._shape))
        at += item.numel()
    return tuple(found)


def _take_tensors(tensors: Any, size_limit: int) -> Any:
    yield list(tensors)


def _get_device_index(device: Any, optional: bool = False, allow_cpu: bool = False) -> int:
    return 0


def _get_available_device_type() -> None:
    return None


_get_all_device_indices = _get_current_device_index = _get_available_device_type


def _rebuild_tensor_v2(*args: Any, **options: Any) -> Any:
    raise RuntimeError("weights are not loaded here")


_rebuild_tensor = _rebuild_parameter = _rebuild_tensor_v2


class ExceptionWrapper:
    def __init__(self, *args: Any, **options: Any) -> None:
        return None


def _import_dotted_name(name: str) -> Any:
    import importlib

    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


classproperty = property
is_compiling = lambda: False  # noqa: E731
