"""`torch._dynamo`: nothing is compiled."""

from __future__ import annotations

from typing import Any

from ..compiler import _same
from . import config, eval_frame, external_utils  # noqa: F401

disable = allow_in_graph = disallow_in_graph = forbid_in_graph = graph_break_decorator = optimize = run = export = _same
assume_constant_result = nonstrict_trace = substitute_in_graph = set_stance = skip_code = _same


def graph_break(*args: Any) -> None:
    return None


reset = mark_dynamic = mark_static = maybe_mark_dynamic = mark_static_address = graph_break


def is_compiling() -> bool:
    return False


def is_dynamo_supported() -> bool:
    return False


OptimizedModule = eval_frame.OptimizedModule
