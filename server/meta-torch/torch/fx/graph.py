"""Graphs that are not made."""

from . import Graph  # noqa: F401
