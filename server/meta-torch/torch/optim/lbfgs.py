"""torch's place for this optimiser."""

from .algorithms import LBFGS  # noqa: F401
