"""Switches of `torch.backends.mha`."""

from ._switches import *  # noqa: F401,F403
