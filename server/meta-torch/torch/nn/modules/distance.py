"""torch's place for these layers; they live in `shape.py`."""

from .shape import CosineSimilarity, PairwiseDistance  # noqa: F401
