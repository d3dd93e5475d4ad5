"""Trees of containers."""

from ._pytree import *  # noqa: F401,F403
from ._pytree import tree_flatten, tree_map  # noqa: F401
