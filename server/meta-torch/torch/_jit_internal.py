"""Marks for the script compiler, which does not run."""

from __future__ import annotations

from typing import Any, Callable, Dict, Final, List, Optional, Tuple, TypeVar, Union  # noqa: F401

_T = TypeVar("_T")
BroadcastingList1 = BroadcastingList2 = BroadcastingList3 = BroadcastingList4 = List


def _same(fn: Any = None, *args: Any, **options: Any) -> Any:
    return fn if callable(fn) else lambda made: made


export = ignore = unused = _overload = _overload_method = script_if_tracing = _copy_to_script_wrapper = interface = _same


def is_scripting() -> bool:
    return False


def is_tracing() -> bool:
    return False


def boolean_dispatch(arg_name: str, arg_index: int, default: bool, if_true: Callable, if_false: Callable, module_name: str, func_name: str) -> Callable:
    """One of two functions, by an argument that says which."""

    def dispatched(*args: Any, **kwargs: Any) -> Any:
        wanted = kwargs.get(arg_name, args[arg_index] if arg_index < len(args) else default)
        return (if_true if wanted else if_false)(*args, **kwargs)

    return dispatched


def _disable_emit_hooks(*args: Any, **options: Any) -> Any:
    from contextlib import nullcontext

    return nullcontext()
