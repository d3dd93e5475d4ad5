"""torch's place for this optimiser."""

from .algorithms import NAdam, nadam  # noqa: F401
