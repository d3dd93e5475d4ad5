"""torch's place for these layers; they live in `shape.py`."""

from .shape import Flatten, Unflatten  # noqa: F401
