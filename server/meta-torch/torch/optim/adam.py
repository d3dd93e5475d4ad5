"""torch's place for this optimiser."""

from .algorithms import Adam, adam  # noqa: F401
