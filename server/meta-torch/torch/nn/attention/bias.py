"""Causal biases, as masks."""

from __future__ import annotations

from typing import Any

from ..._ops.registry import functions


def causal_upper_left(*size: Any) -> Any:
    return functions["tril"](functions["ones"](size, dtype=_bool()))


def causal_lower_right(*size: Any) -> Any:
    rows, columns = size
    return functions["tril"](functions["ones"](size, dtype=_bool()), diagonal=columns - rows)


def _bool() -> Any:
    from ..._meta.dtype import bool_

    return bool_


CausalBias = type("CausalBias", (), {})
CausalVariant = type("CausalVariant", (), {"UPPER_LEFT": 1, "LOWER_RIGHT": 2})
