"""torch's place for these layers; they live in `shape.py`."""

from .shape import Upsample, UpsamplingBilinear2d, UpsamplingNearest2d  # noqa: F401
