"""Differentiable collectives of one process."""

from __future__ import annotations

from typing import Any


def all_reduce(tensor: Any, *args: Any, **options: Any) -> Any:
    return tensor


broadcast = reduce = all_to_all_single = all_reduce


def all_gather(tensor: Any, *args: Any, **options: Any) -> tuple:
    return (tensor,)


functional = type("functional", (), {"all_reduce": staticmethod(all_reduce), "all_gather": staticmethod(all_gather)})

__path__: list = []  # Parts that are not here are stand-ins.
