"""Stands in where `fairscale` is not installed: its model parallelism, on one device."""

__version__ = "0.4.13"
