"""`torch.accelerator` on a machine without one."""

from . import _device_kind

globals().update(_device_kind.exported)


def current_accelerator(check_available: bool = False) -> None:
    return None

__path__: list = []  # Parts that are not here are stand-ins.
