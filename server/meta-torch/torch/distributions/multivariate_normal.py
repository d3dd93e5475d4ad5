"""torch's place for this distribution."""

from .distribution import MultivariateNormal  # noqa: F401
