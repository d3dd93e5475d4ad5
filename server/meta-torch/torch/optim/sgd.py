"""torch's place for this optimiser."""

from .algorithms import SGD, sgd  # noqa: F401
