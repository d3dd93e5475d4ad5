"""Switches of `torch.backends.opt_einsum`."""

from ._switches import *  # noqa: F401,F403
