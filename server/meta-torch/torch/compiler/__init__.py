"""`torch.compiler`: nothing is compiled."""

from __future__ import annotations

from typing import Any


def _same(fn: Any = None, *args: Any, **options: Any) -> Any:
    return fn if callable(fn) else lambda made: made


disable = allow_in_graph = compile = assume_constant_result = substitute_in_graph = set_stance = nested_compile_region = _same  # noqa: A001
wrap_numpy = _same


def is_compiling() -> bool:
    return False


is_dynamo_compiling = is_exporting = is_compiling


def reset(*args: Any) -> None:
    return None


cudagraph_mark_step_begin = reset


def list_backends(*args: Any) -> list:
    return []
