"""torch's place for this distribution."""

from .distribution import Independent  # noqa: F401
