"""Switches of `torch.backends.xeon`."""

from ._switches import *  # noqa: F401,F403
