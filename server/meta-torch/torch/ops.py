"""`torch.ops`: operators by namespace. `aten` is torch's own; those of libraries are theirs, or torchvision's below."""

from __future__ import annotations

import sys
import types
from typing import Any, Callable

from ._ops.registry import functions
from ._tensor import Tensor


class _Overload:
    """`torch.ops.aten.add.Tensor` and `.default` are the operator itself."""

    def __init__(self, namespace: str, name: str, function: Callable) -> None:
        self._function = function
        self.__name__ = name
        self._qualified_op_name = f"{namespace}::{name}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def name(self) -> str:
        return self._qualified_op_name

    def overloads(self) -> list:
        return ["default"]


class _Namespace(types.ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(f"torch.ops.{name}")
        self._name = name
        self._operators: dict[str, Callable] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        function = self._operators.get(name) or _builtin(self._name, name)
        if function is None:
            raise AttributeError(f"'_OpNamespace' '{self._name}' object has no attribute '{name}'")
        made = _Overload(self._name, name, function)
        return made


_namespaces: dict[str, _Namespace] = {}


def register(namespace: str, name: str, function: Callable) -> None:
    __getattr__(namespace)._operators[name] = function


def _builtin(namespace: str, name: str) -> Any:
    if namespace == "torchvision":
        from . import _vision_ops

        return getattr(_vision_ops, name, None)
    if namespace in ("aten", "prims", "_c10d_functional"):
        from .nn import functional

        return functions.get(name) or getattr(functional, name, None) or getattr(Tensor, name, None)
    return None


def load_library(path: Any) -> None:
    """Compiled operators are not loaded."""
    raise OSError(f"{path}: compiled libraries are not loaded here")


loaded_libraries: set = set()


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    found = _namespaces.get(name)
    if found is None:
        found = _namespaces[name] = _Namespace(name)
        sys.modules.setdefault(f"torch.ops.{name}", found)
    return found
