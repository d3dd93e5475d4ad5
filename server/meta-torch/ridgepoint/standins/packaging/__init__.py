"""Stands in where `packaging` is not installed."""

__version__ = "24.0"
