"""Pruning by masks: the parameter becomes `<name>_orig` and a buffer `<name>_mask`, multiplied before each call."""

from __future__ import annotations

from typing import Any

from ..._tensor import Tensor, fresh
from ..parameter import Parameter


class BasePruningMethod:
    """Masks one tensor of a module. Which elements stay depends on contents, so the mask has none."""

    _tensor_name = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args = args

    def __call__(self, module: Any, inputs: Any) -> None:
        object.__setattr__(module, self._tensor_name, self.apply_mask(module))

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        return default_mask

    def apply_mask(self, module: Any) -> Tensor:
        return getattr(module, self._tensor_name + "_orig") * getattr(module, self._tensor_name + "_mask")

    @classmethod
    def apply(cls, module: Any, name: str, *args: Any, importance_scores: Any = None, **kwargs: Any) -> Any:
        method = cls(*args, **kwargs)
        method._tensor_name = name
        if name in module._parameters:
            param = module._parameters.pop(name)
            module.register_parameter(name + "_orig", param)
            module.register_buffer(name + "_mask", fresh(param._shape, param.dtype))
            object.__setattr__(module, name, fresh(param._shape, param.dtype))
            module.register_forward_pre_hook(method)
        return method

    def remove(self, module: Any) -> None:
        name = self._tensor_name
        param = module._parameters.pop(name + "_orig")
        del module._buffers[name + "_mask"]
        module.__dict__.pop(name, None)
        module.register_parameter(name, param if isinstance(param, Parameter) else Parameter(param))


class Identity(BasePruningMethod):
    PRUNING_TYPE = "unstructured"


class RandomUnstructured(BasePruningMethod):
    PRUNING_TYPE = "unstructured"


class L1Unstructured(BasePruningMethod):
    PRUNING_TYPE = "unstructured"


class RandomStructured(BasePruningMethod):
    PRUNING_TYPE = "structured"


class LnStructured(BasePruningMethod):
    PRUNING_TYPE = "structured"


class CustomFromMask(BasePruningMethod):
    PRUNING_TYPE = "global"


class PruningContainer(BasePruningMethod):
    pass


def _apply(method: Any) -> Any:
    def prune(module: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        method.apply(module, name, *args, **kwargs)
        return module

    return prune


identity, random_unstructured, l1_unstructured = _apply(Identity), _apply(RandomUnstructured), _apply(L1Unstructured)
random_structured, ln_structured, custom_from_mask = _apply(RandomStructured), _apply(LnStructured), _apply(CustomFromMask)


def global_unstructured(parameters: Any, pruning_method: Any, importance_scores: Any = None, **kwargs: Any) -> None:
    for module, name in parameters:
        pruning_method.apply(module, name, **kwargs)


def is_pruned(module: Any) -> bool:
    return any(
        isinstance(getattr(hook, "function", hook), BasePruningMethod)
        for child in module.modules() for hook in child.__dict__.get("_forward_pre_hooks", {}).values()
    )


def remove(module: Any, name: str) -> Any:
    for key, hook in list(module.__dict__.get("_forward_pre_hooks", {}).items()):
        function = getattr(hook, "function", hook)
        if isinstance(function, BasePruningMethod) and function._tensor_name == name:
            function.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed")
