"""Switches of `torch.backends.xnnpack`."""

from ._switches import *  # noqa: F401,F403
