"""torch's place for this distribution."""

from .distribution import Beta  # noqa: F401
