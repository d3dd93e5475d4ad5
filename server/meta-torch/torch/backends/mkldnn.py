"""Switches of `torch.backends.mkldnn`."""

from ._switches import *  # noqa: F401,F403
