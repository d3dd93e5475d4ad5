"""torch's place for these layers; they live in `shape.py`."""

from .shape import Fold, Unfold  # noqa: F401
