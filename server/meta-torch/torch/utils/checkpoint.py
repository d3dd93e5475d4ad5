"""Checkpointing: the function simply runs."""

from __future__ import annotations

import enum
from contextlib import nullcontext
from typing import Any, Callable


class CheckpointPolicy(enum.Enum):
    MUST_SAVE = 0
    PREFER_SAVE = 1
    MUST_RECOMPUTE = 2
    PREFER_RECOMPUTE = 3


def checkpoint(function: Callable, *args: Any, use_reentrant: Any = None, context_fn: Any = None, determinism_check: str = "default", debug: bool = False, early_stop: bool = True, **kwargs: Any) -> Any:
    kwargs.pop("preserve_rng_state", None)
    return function(*args, **kwargs)


def checkpoint_sequential(functions: Any, segments: int, input: Any, use_reentrant: Any = None, **kwargs: Any) -> Any:  # noqa: A002
    for function in functions.children() if hasattr(functions, "children") else functions:
        input = function(input)  # noqa: A001
    return input


def detach_variable(inputs: tuple) -> tuple:
    return inputs


def check_backward_validity(inputs: Any) -> None:
    return None


def noop_context_fn() -> tuple:
    return nullcontext(), nullcontext()


def create_selective_checkpoint_contexts(*args: Any, **options: Any) -> tuple:
    return nullcontext(), nullcontext()


def set_checkpoint_debug_enabled(enabled: Any) -> Any:
    return nullcontext()


set_checkpoint_early_stop = set_checkpoint_debug_enabled
SelectiveCheckpointContext = type("SelectiveCheckpointContext", (), {})


class CheckpointFunction:
    @staticmethod
    def apply(run_function: Callable, preserve: bool, *args: Any) -> Any:
        return run_function(*args)


DefaultDeviceType = type("DefaultDeviceType", (), {"set_device_type": staticmethod(lambda device="cuda": None), "get_device_type": staticmethod(lambda: "cuda")})
