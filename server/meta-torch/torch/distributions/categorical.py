"""torch's place for this distribution."""

from .distribution import Categorical  # noqa: F401
