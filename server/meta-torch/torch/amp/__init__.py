"""Autocast and gradient scaling."""

from .autocast_mode import autocast, custom_bwd, custom_fwd, is_autocast_available  # noqa: F401
from .grad_scaler import GradScaler  # noqa: F401
from . import autocast_mode, grad_scaler  # noqa: F401


def get_autocast_dtype(device_type):  # type: ignore[no-untyped-def]
    from .._meta import autocast as state

    return state.state.defaults.get(device_type)
