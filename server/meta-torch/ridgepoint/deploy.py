"""The deploy form of models that train with more branches than they run with: RepVGG, MobileOne, LeViT, FastViT, RepViT."""

from __future__ import annotations

import copy
import inspect
import sys
from typing import Any

#: Methods that fold a module's branches in place, or answer the folded module.
_METHODS = ("reparameterize", "switch_to_deploy", "fuse", "fold", "reparam")


#: Identities are written channel by channel: beyond this, folding takes seconds, which nobody has asked for.
_OFFERED_CHANNELS = 50_000


def deployed(model: Any) -> Any:
    """The folded model. timm's own function where timm is at work, which also knows the order."""
    timm_utils = sys.modules.get("timm.utils")
    convert = getattr(timm_utils, "reparameterize_model", None)
    if convert is None and any(name.startswith("timm.") for name in sys.modules):
        try:
            from timm.utils import reparameterize_model as convert  # type: ignore[no-redef]
        except ImportError:
            convert = None
    # A stand-in for a timm that is missing is no function.
    if inspect.isfunction(convert):
        return convert(model, inplace=False)
    return _fold(copy.deepcopy(model))


def _fold(module: Any) -> Any:
    for name in _METHODS:
        method = getattr(type(module), name, None)
        if callable(method):
            folded = getattr(module, name)()
            return folded if hasattr(folded, "forward") else module
    for name, child in list(module.named_children()):
        folded = _fold(child)
        if folded is not child:
            setattr(module, name, folded)
    return module


def folding_saves(model: Any) -> tuple[int, int] | None:
    """Parameters before and after; None for a model that has nothing to fold, or has been folded, or cannot be."""
    modules = list(model.modules())
    kinds = {kind for kind in map(type, modules) if any(callable(getattr(kind, name, None)) for name in _METHODS)}
    foldable = [module for module in modules if type(module) in kinds] if kinds else []
    if not foldable or sum(parameter._shape[0] for module in foldable for parameter in module.parameters() if parameter._shape) > _OFFERED_CHANNELS:
        return None
    try:
        folded = deployed(model)
    except Exception:
        # The user has not asked for it: then there is nothing to offer.
        return None
    before, after = _size(model), _size(folded)
    return (before, after) if after < before else None


def _size(model: Any) -> int:
    return sum(parameter.numel() for parameter in model.parameters())
