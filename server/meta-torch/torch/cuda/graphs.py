"""`torch.cuda.graphs` on a machine without one."""

from .. import _device_kind

globals().update(_device_kind.exported)
