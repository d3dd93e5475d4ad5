"""torch's place for this distribution."""

from .distribution import Bernoulli  # noqa: F401
