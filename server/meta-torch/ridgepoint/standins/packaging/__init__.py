"""Stands in where `packaging` is not installed."""

from . import specifiers, version

__all__ = ["specifiers", "version"]
__version__ = "24.0"

from . import specifiers, version  # noqa: E402, F401  Programs rely on somebody having imported them.
