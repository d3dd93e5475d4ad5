from ridgepoint.opaque import lacking

from .registry import create_model, is_model, list_models, register_model

__getattr__ = lacking(__name__)
