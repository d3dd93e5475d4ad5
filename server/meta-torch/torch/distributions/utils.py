"""Helpers of user-defined distributions."""

from __future__ import annotations

from typing import Any

from .._ops.registry import functions


def broadcast_all(*values: Any) -> Any:
    return functions["broadcast_tensors"](*[functions["as_tensor"](value) for value in values])


def logits_to_probs(logits: Any, is_binary: bool = False) -> Any:
    return logits.sigmoid() if is_binary else logits.softmax(-1)


def probs_to_logits(probs: Any, is_binary: bool = False) -> Any:
    return probs.log()


lazy_property = property
