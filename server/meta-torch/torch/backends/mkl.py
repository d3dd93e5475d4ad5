"""Switches of `torch.backends.mkl`."""

from ._switches import *  # noqa: F401,F403
