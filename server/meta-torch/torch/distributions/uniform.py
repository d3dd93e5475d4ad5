"""torch's place for this distribution."""

from .distribution import Uniform  # noqa: F401
