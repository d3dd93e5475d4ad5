"""torch's place for this distribution."""

from .distribution import Gamma  # noqa: F401
