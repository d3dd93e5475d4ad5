"""torch's place for this optimiser."""

from .algorithms import RMSprop, rmsprop  # noqa: F401
