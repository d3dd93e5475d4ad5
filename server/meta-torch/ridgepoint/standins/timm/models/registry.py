"""Models by name: those that a project registers itself. timm's own are not here."""

from __future__ import annotations

from typing import Any, Callable

from ridgepoint.opaque import Opaque, lacking, missing

_models: dict[str, Callable] = {}


def register_model(function: Any = None, *args: Any, **options: Any) -> Any:
    if function is None:
        return register_model
    _models[function.__name__] = function
    return function


def is_model(model_name: str) -> bool:
    return model_name in _models


def list_models(filter: str = "", *args: Any, **options: Any) -> list:
    return sorted(_models)


def model_entrypoint(model_name: str, module_filter: Any = None) -> Callable:
    return _models[model_name]


def create_model(model_name: str, pretrained: bool = False, *args: Any, **options: Any) -> Any:
    """As timm does, what is None is not handed on. A model of timm's own is an unknown of timm."""
    make = _models.get(model_name)
    if make is None:
        missing.add("timm")
        return Opaque("timm.create_model()")
    return make(pretrained=pretrained, **{name: value for name, value in options.items() if value is not None})

__getattr__ = lacking(__name__)
