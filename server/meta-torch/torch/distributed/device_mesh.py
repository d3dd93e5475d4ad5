"""Meshes of one device."""

from . import DeviceMesh, init_device_mesh  # noqa: F401
