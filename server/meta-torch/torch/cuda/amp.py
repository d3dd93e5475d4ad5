"""The older names of autocast for CUDA devices."""

from __future__ import annotations

from typing import Any

from ..amp.autocast_mode import autocast as _autocast
from ..amp.autocast_mode import custom_bwd, custom_fwd  # noqa: F401
from ..amp.grad_scaler import GradScaler as _GradScaler


class autocast(_autocast):  # noqa: N801 - torch's own spelling
    def __init__(self, enabled: bool = True, dtype: Any = None, cache_enabled: bool = True) -> None:
        super().__init__("cuda", dtype, enabled, cache_enabled)


class GradScaler(_GradScaler):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__("cuda", *args, **options)
