"""Switches of `torch.backends.openmp`."""

from ._switches import *  # noqa: F401,F403
