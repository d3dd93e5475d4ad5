"""`torch.functional`: functions of `torch` that are also reached here."""

from ._ops.registry import functions as _functions

globals().update(_functions)
