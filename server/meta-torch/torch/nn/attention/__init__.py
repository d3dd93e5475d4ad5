"""Choosing a kernel of attention changes no shape."""

from __future__ import annotations

import enum
from contextlib import contextmanager
from typing import Any, Iterator


class SDPBackend(enum.IntEnum):
    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


WARN_FOR_UNFUSED_KERNELS = False


@contextmanager
def sdpa_kernel(backends: Any = None, set_priority: bool = False) -> Iterator[None]:
    yield


def _cur_sdpa_kernel_backends(*args: Any) -> list:
    return [SDPBackend.MATH]
