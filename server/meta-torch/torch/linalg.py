"""`torch.linalg`."""

from ._ops.linear_algebra import linalg_functions as _functions

globals().update(_functions)
__all__ = sorted(_functions)
LinAlgError = type("LinAlgError", (RuntimeError,), {"__module__": "torch._C"})
