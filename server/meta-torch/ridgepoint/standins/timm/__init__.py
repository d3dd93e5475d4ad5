"""
Stands in where `timm` is not installed, for the few of its parts that other projects build their models of. What it lacks
is opaque, and its own models are told to be missing.
"""

from ridgepoint.opaque import lacking

from .models.registry import create_model, is_model, list_models, register_model

__version__ = "1.0.0"

__getattr__ = lacking(__name__)
