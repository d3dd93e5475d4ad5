"""Quantisation tools: a prepared or converted model is the model."""

from . import quantization  # noqa: F401
