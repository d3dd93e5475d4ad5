"""torch's place for this distribution."""

from .distribution import Normal  # noqa: F401
