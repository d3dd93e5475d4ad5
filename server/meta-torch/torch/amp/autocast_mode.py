"""`autocast`: operators ask `_meta.autocast` which type they run in."""

from __future__ import annotations

import functools
from typing import Any

from .._meta import autocast as _autocast


class autocast:  # noqa: N801 - torch's own spelling
    """On for one kind of device inside, and inside what it decorates."""

    def __init__(self, device_type: str = "cuda", dtype: Any = None, enabled: bool = True, cache_enabled: Any = None) -> None:
        if not isinstance(device_type, str):
            raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
        self.device = device_type
        self.fast_dtype = dtype
        self._enabled = enabled
        self._before: list = []

    def __enter__(self) -> autocast:
        self._before.append(_autocast.enter(self.device, self.fast_dtype, self._enabled))
        return self

    def __exit__(self, *reason: Any) -> None:
        _autocast.leave(self._before.pop())

    def __call__(self, function: Any) -> Any:
        @functools.wraps(function)
        def decorated(*args: Any, **options: Any) -> Any:
            with self:
                return function(*args, **options)

        return decorated


def custom_fwd(fwd: Any = None, *, device_type: str = "cuda", cast_inputs: Any = None) -> Any:
    return fwd if fwd is not None else lambda function: function


def custom_bwd(bwd: Any = None, *, device_type: str = "cuda") -> Any:
    return bwd if bwd is not None else lambda function: function


def is_autocast_available(device_type: str) -> bool:
    return device_type in _autocast.state.defaults


def autocast_decorator(autocast_instance: Any, func: Any) -> Any:
    return autocast_instance(func)
