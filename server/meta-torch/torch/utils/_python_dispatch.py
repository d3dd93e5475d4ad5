"""Modes that see every operator: here they only enter and leave."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator


class TorchDispatchMode:
    def __enter__(self) -> Any:
        return self

    def __exit__(self, *reason: Any) -> None:
        return None


BaseTorchDispatchMode = TorchDispatchMode


@contextmanager
def _disable_current_modes() -> Iterator[list]:
    yield []


def is_traceable_wrapper_subclass(t: Any) -> bool:
    return False


def return_and_correct_aliasing(func: Any, args: Any, kwargs: Any, out: Any) -> Any:
    return out


def transform_subclass(t: Any, callback: Any, **options: Any) -> Any:
    return t
