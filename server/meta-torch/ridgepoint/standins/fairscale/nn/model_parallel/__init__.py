from . import initialize, layers
from .initialize import *  # noqa: F403

__all__ = ["initialize", "layers"]
