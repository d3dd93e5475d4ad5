"""Switches of `torch.backends.cudnn`."""

from ._switches import *  # noqa: F401,F403
