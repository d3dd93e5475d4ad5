"""Stands in where `typing_extensions` is not installed: the names of `typing`, and marks that do nothing."""

from __future__ import annotations

import typing
from typing import *  # noqa: F401,F403
from typing import Any


def _same(function: Any = None, *args: Any, **options: Any) -> Any:
    return function if callable(function) else lambda made: made


deprecated = override = dataclass_transform = disjoint_base = _same


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    found = getattr(typing, name, None)
    return found if found is not None else typing.Any


def get_original_bases(cls: type) -> tuple:
    return cls.__dict__.get("__orig_bases__", cls.__bases__)


def TypeVar(name: str, *constraints: Any, default: Any = None, infer_variance: bool = False, **options: Any) -> Any:  # noqa: F811, N802
    return typing.TypeVar(name, *constraints, **options)


def ParamSpec(name: str, *, default: Any = None, infer_variance: bool = False, **options: Any) -> Any:  # noqa: F811, N802
    return typing.ParamSpec(name, **options)


TypeVarTuple = typing.TypeVarTuple
