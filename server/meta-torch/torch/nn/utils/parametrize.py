"""
Parameters computed from others. As in torch, the class of the module becomes one with a property for each such name; the
originals move to `parametrizations.<name>.original`.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator

from ..._tensor import Tensor
from ..modules.container import ModuleDict, ModuleList
from ..modules.module import Module
from ..parameter import Parameter

_cache_enabled = 0


class ParametrizationList(ModuleList):
    """The functions applied in turn, and what they start from."""

    def __init__(self, modules: Any, original: Any, unsafe: bool = False) -> None:
        super().__init__(modules)
        self.unsafe = unsafe
        start: Any = original
        for module in reversed(list(self)):
            if hasattr(module, "right_inverse"):
                try:
                    start = module.right_inverse(start)
                except NotImplementedError:
                    pass
        self.is_tensor = isinstance(start, Tensor)
        if self.is_tensor:
            keep = original if start is original else start
            self._store("original", keep, original)
        else:
            self.ntensors = len(start)
            for index, item in enumerate(start):
                self._store(f"original{index}", item, original)

    def _store(self, name: str, item: Tensor, original: Tensor) -> None:
        if isinstance(original, Parameter):
            setattr(self, name, item if isinstance(item, Parameter) else Parameter(item, original.requires_grad))
        else:
            self.register_buffer(name, item)

    def right_inverse(self, value: Tensor) -> None:
        """The originals keep their shapes; contents are not known."""

    def forward(self) -> Tensor:
        if self.is_tensor:
            value = self[0](self.original) if len(self) else self.original
        else:
            value = self[0](*[getattr(self, f"original{index}") for index in range(self.ntensors)])
        for module in list(self)[1:]:
            value = module(value)
        return value


def _of(module: Module) -> Any:
    return module._modules.get("parametrizations")


def is_parametrized(module: Module, tensor_name: Any = None) -> bool:
    found = _of(module)
    if found is None or not isinstance(found, ModuleDict):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found


def register_parametrization(module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False) -> Module:
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        _of(module)[tensor_name].append(parametrization)
        return module
    if tensor_name in module._parameters:
        original = module._parameters[tensor_name]
    elif tensor_name in module._buffers:
        original = module._buffers[tensor_name]
    else:
        raise ValueError(f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name '{tensor_name}'")
    chain = ParametrizationList([parametrization], original, unsafe)
    module._parameters.pop(tensor_name, None)
    module._buffers.pop(tensor_name, None)
    if not is_parametrized(module):
        base = type(module)
        module.__class__ = type(f"Parametrized{base.__name__}", (base,), {"_unparametrized": base, "__module__": base.__module__})
        module.parametrizations = ModuleDict()
    _of(module)[tensor_name] = chain
    setattr(type(module), tensor_name, _property(tensor_name))
    return module


def _property(name: str) -> property:
    def read(self: Module) -> Tensor:
        return _of(self)[name]()

    def write(self: Module, value: Tensor) -> None:
        _of(self)[name].right_inverse(value)

    return property(read, write)


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    chain = _of(module)[tensor_name]
    result = chain() if leave_parametrized or not chain.is_tensor else chain.original
    is_param = any(True for _ in chain.parameters(recurse=False))
    delattr(type(module), tensor_name)
    del _of(module)[tensor_name]
    if len(_of(module)) == 0:
        del module._modules["parametrizations"]
        module.__class__ = type(module)._unparametrized
    if is_param:
        module.register_parameter(tensor_name, result if isinstance(result, Parameter) else Parameter(result))
    else:
        module.register_buffer(tensor_name, result)
    return module


def type_before_parametrizations(module: Module) -> type:
    return getattr(type(module), "_unparametrized", type(module)) if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(from_module: Module, to_module: Module, tensor_name: Any = None) -> Module:
    for name in [tensor_name] if tensor_name else list(_of(from_module) or ()):
        for parametrization in _of(from_module)[name]:
            register_parametrization(to_module, name, parametrization)
    return to_module


@contextmanager
def cached() -> Iterator[None]:
    yield
