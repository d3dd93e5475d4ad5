"""The older weight normalisation: the weight becomes `weight_g` and `weight_v`, joined before each call."""

from __future__ import annotations

from typing import Any

from ..._ops.registry import make
from ..._tensor import Tensor, fresh
from ..parameter import Parameter
from .parametrizations import length_shape


class WeightNorm:
    def __init__(self, name: str, dim: Any) -> None:
        self.name = name
        self.dim = -1 if dim is None else dim

    def compute_weight(self, module: Any) -> Tensor:
        length, direction = getattr(module, self.name + "_g"), getattr(module, self.name + "_v")
        return make("weight_norm", direction._shape, direction.dtype, (direction, length), {"dim": self.dim})

    @staticmethod
    def apply(module: Any, name: str, dim: Any) -> WeightNorm:
        hook = WeightNorm(name, dim)
        weight = getattr(module, name)
        del module._parameters[name]
        module.register_parameter(name + "_g", Parameter(fresh(length_shape(weight._shape, hook.dim), weight.dtype)))
        module.register_parameter(name + "_v", Parameter(weight))
        object.__setattr__(module, name, fresh(weight._shape, weight.dtype))
        module.register_forward_pre_hook(hook)
        return hook

    def remove(self, module: Any) -> None:
        weight = self.compute_weight(module)
        module.__dict__.pop(self.name, None)
        del module._parameters[self.name + "_g"]
        del module._parameters[self.name + "_v"]
        module.register_parameter(self.name, Parameter(weight))

    def __call__(self, module: Any, inputs: Any) -> None:
        object.__setattr__(module, self.name, self.compute_weight(module))


def weight_norm(module: Any, name: str = "weight", dim: int = 0) -> Any:
    WeightNorm.apply(module, name, dim)
    return module


def remove_weight_norm(module: Any, name: str = "weight") -> Any:
    for key, hook in list(module._forward_pre_hooks.items()):
        function = getattr(hook, "function", hook)
        if isinstance(function, WeightNorm) and function.name == name:
            function.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(f"weight_norm of '{name}' not found in {module}")
