"""torch's place for these layers; they live in `shape.py`."""

from .shape import PixelShuffle, PixelUnshuffle  # noqa: F401
