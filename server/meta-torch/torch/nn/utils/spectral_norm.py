"""The older spectral normalisation: `weight_orig` is divided by its largest singular value before each call."""

from __future__ import annotations

from typing import Any

from ..._ops.registry import make
from ..._tensor import Tensor, fresh
from ..parameter import Parameter


class SpectralNorm:
    def __init__(self, name: str, dim: int) -> None:
        self.name = name
        self.dim = dim

    def compute_weight(self, module: Any) -> Tensor:
        weight = getattr(module, self.name + "_orig")
        return make("spectral_norm", weight._shape, weight.dtype, (weight, getattr(module, self.name + "_u"), getattr(module, self.name + "_v")), {"dim": self.dim})

    def __call__(self, module: Any, inputs: Any) -> None:
        object.__setattr__(module, self.name, self.compute_weight(module))

    def remove(self, module: Any) -> None:
        weight = self.compute_weight(module)
        module.__dict__.pop(self.name, None)
        del module._parameters[self.name + "_orig"]
        del module._buffers[self.name + "_u"]
        del module._buffers[self.name + "_v"]
        module.register_parameter(self.name, Parameter(weight))


def spectral_norm(module: Any, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: Any = None) -> Any:
    if dim is None:
        dim = 1 if type(module).__name__.startswith("ConvTranspose") else 0
    weight = module._parameters.pop(name)
    rows = weight._shape[dim]
    module.register_parameter(name + "_orig", weight)
    object.__setattr__(module, name, fresh(weight._shape, weight.dtype))
    module.register_buffer(name + "_u", fresh((rows,), weight.dtype))
    module.register_buffer(name + "_v", fresh((weight.numel() // max(rows, 1),), weight.dtype))
    module.register_forward_pre_hook(SpectralNorm(name, dim))
    return module


def remove_spectral_norm(module: Any, name: str = "weight") -> Any:
    for key, hook in list(module._forward_pre_hooks.items()):
        function = getattr(hook, "function", hook)
        if isinstance(function, SpectralNorm) and function.name == name:
            function.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(f"spectral_norm of '{name}' not found in {module}")
