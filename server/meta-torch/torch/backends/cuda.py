"""Switches of `torch.backends.cuda`."""

from ._switches import *  # noqa: F401,F403
