"""Meshes of one device."""

from . import DeviceMesh, init_device_mesh  # noqa: F401

__path__: list = []  # Parts that are not here are stand-ins.
