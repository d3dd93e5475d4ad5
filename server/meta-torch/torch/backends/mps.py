"""Switches of `torch.backends.mps`."""

from ._switches import *  # noqa: F401,F403
