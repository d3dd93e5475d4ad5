"""torch's place for this optimiser."""

from .algorithms import RAdam  # noqa: F401
