"""Stubs of quantised models."""

from ..ao.quantization import DeQuantStub, QuantStub, QuantWrapper  # noqa: F401
