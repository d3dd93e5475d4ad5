"""Switches of `torch.backends.cpu`."""

from ._switches import *  # noqa: F401,F403
