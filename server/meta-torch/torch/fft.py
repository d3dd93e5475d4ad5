"""`torch.fft`."""

from ._ops.spectral import fft_functions as _functions

globals().update(_functions)
__all__ = sorted(_functions)
