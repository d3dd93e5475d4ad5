"""A counter that programs wrap around a run."""

from __future__ import annotations

from typing import Any

flop_registry: dict = {}


class FlopCounterMode:
    def __init__(self, *args: Any, **options: Any) -> None:
        return None

    def __enter__(self) -> FlopCounterMode:
        return self

    def __exit__(self, *reason: Any) -> None:
        return None

    def get_total_flops(self) -> int:
        return 0

    def get_flop_counts(self) -> dict:
        return {}


def register_flop_formula(*args: Any, **options: Any) -> Any:
    return lambda function: function
