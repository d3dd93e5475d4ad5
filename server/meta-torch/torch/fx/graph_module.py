"""Modules of graphs that are not made."""

from . import GraphModule  # noqa: F401
