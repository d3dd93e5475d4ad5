"""Control flow as functions: both ways have the same shapes, so that one is run."""

from __future__ import annotations

from typing import Any, Callable

from .associative_scan import associative_scan  # noqa: F401


def cond(pred: Any, true_fn: Callable, false_fn: Callable, operands: Any = ()) -> Any:
    return (true_fn if bool(pred) else false_fn)(*operands)


def while_loop(cond_fn: Callable, body_fn: Callable, carried_inputs: Any) -> Any:
    """How often the body runs depends on data; it is costed once."""
    return body_fn(*carried_inputs)


def map(f: Callable, xs: Any, *args: Any) -> Any:  # noqa: A001
    from .._ops.registry import functions

    return functions["stack"]([f(item, *args) for item in xs.unbind(0)])
