"""torch's place for this optimiser."""

from .algorithms import Adamax  # noqa: F401
