"""`torch.mtia` on a machine without one."""

from . import _device_kind

globals().update(_device_kind.exported)

__path__: list = []  # Parts that are not here are stand-ins.
