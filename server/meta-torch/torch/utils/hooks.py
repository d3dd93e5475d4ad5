"""Handles of hooks."""

from __future__ import annotations

from typing import Any

from ..nn.modules._hooks import RemovableHandle  # noqa: F401


def unserializable_hook(f: Any) -> Any:
    return f


def warn_if_has_hooks(tensor: Any) -> None:
    return None


class BackwardHook:
    def __init__(self, *args: Any) -> None:
        return None
