"""
Stands in where `timm` is not installed, for the few of its parts that other projects build their models of. What it lacks
is opaque, and its own models are told to be missing.
"""

from ridgepoint.opaque import lacking

from .models.registry import create_model, is_model, list_models, register_model



class _Version(str):
    """Projects insist on the version that they were written for; what is here is of all of them."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = str.__hash__


__version__ = _Version("1.0.0")

__getattr__ = lacking(__name__)
