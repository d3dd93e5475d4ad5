"""Switches of `torch.backends.cusparselt`."""

from ._switches import *  # noqa: F401,F403
