"""Hooks of the graph, which is not kept."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator

from .._meta.grad import Node  # noqa: F401


class saved_tensors_hooks:  # noqa: N801
    def __init__(self, *args: Any, **options: Any) -> None:
        return None

    def __enter__(self) -> None:
        return None

    def __exit__(self, *reason: Any) -> None:
        return None


save_on_cpu = disable_saved_tensors_hooks = saved_tensors_hooks
GradientEdge = type("GradientEdge", (), {})


@contextmanager
def allow_mutation_on_saved_tensors() -> Iterator[None]:
    yield


def register_multi_grad_hook(*args: Any, **options: Any) -> Any:
    from .function import RemovableHandle

    return RemovableHandle({})


def increment_version(tensor: Any) -> None:
    return None
