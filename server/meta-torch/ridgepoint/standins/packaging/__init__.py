"""Stands in where `packaging` is not installed."""

from . import specifiers, version

__all__ = ["specifiers", "version"]
__version__ = "24.0"
