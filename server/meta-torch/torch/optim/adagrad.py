"""torch's place for this optimiser."""

from .algorithms import Adagrad  # noqa: F401
