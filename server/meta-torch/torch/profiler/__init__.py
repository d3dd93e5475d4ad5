"""Profiling: nothing is measured."""

from __future__ import annotations

import enum
from typing import Any

from ..autograd.profiler import profile as _profile
from ..autograd.profiler import record_function  # noqa: F401


class ProfilerActivity(enum.Enum):
    CPU = 0
    CUDA = 1
    XPU = 2


class ProfilerAction(enum.Enum):
    NONE, WARMUP, RECORD, RECORD_AND_SAVE = range(4)


class profile(_profile):  # noqa: N801
    def step(self) -> None:
        return None

    start = stop = step


def schedule(*args: Any, **options: Any) -> Any:
    return lambda step: ProfilerAction.NONE


def tensorboard_trace_handler(*args: Any, **options: Any) -> Any:
    return lambda profiler: None


supported_activities = lambda: set()  # noqa: E731
