"""Switches of `torch.backends.nnpack`."""

from ._switches import *  # noqa: F401,F403
