"""Switches of `torch.backends.quantized`."""

from ._switches import *  # noqa: F401,F403
