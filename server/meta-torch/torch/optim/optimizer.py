"""The base of optimisers."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Callable, Dict, Iterable, Union

from .._tensor import Tensor
from ..nn.modules._hooks import RemovableHandle

ParamsT = Union[Iterable[Tensor], Iterable[Dict[str, Any]]]
params_t = _params_t = StateDict = Any


class _RequiredParameter:
    def __repr__(self) -> str:
        return "<required parameter>"


required = _RequiredParameter()


class Optimizer:
    def __init__(self, params: Any, defaults: dict) -> None:
        if isinstance(params, Tensor):
            raise TypeError(f"params argument given to the optimizer should be an iterable of Tensors or dicts, but got {params.type()}")
        self.defaults = defaults
        self.state: dict = defaultdict(dict)
        self.param_groups: list = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if isinstance(groups[0], tuple):
            groups = [item for _, item in groups]
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(dict(group))

    def add_param_group(self, param_group: dict) -> None:
        params = param_group["params"]
        param_group["params"] = [params] if isinstance(params, Tensor) else list(params)
        for item in param_group["params"]:
            if not isinstance(item, Tensor):
                raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {type(item).__name__}")
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            param_group.setdefault(name, default)
        self.param_groups.append(param_group)

    def step(self, closure: Any = None) -> Any:
        return closure() if closure is not None else None

    def zero_grad(self, set_to_none: bool = True) -> None:
        return None

    def state_dict(self) -> dict:
        return {"state": {}, "param_groups": self.param_groups}

    def load_state_dict(self, state_dict: dict) -> None:
        return None

    def _hook(self, hook: Callable, *args: Any, **options: Any) -> RemovableHandle:
        return RemovableHandle({})

    register_step_post_hook = register_step_pre_hook = register_state_dict_post_hook = register_state_dict_pre_hook = _hook
    register_load_state_dict_post_hook = register_load_state_dict_pre_hook = _hook

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state)

    def _init_group(self, *args: Any) -> None:
        return None


def _use_grad_for_differentiable(func: Callable) -> Callable:
    return func


def _default_to_fused_or_foreach(params: Any, differentiable: bool, use_fused: bool = False) -> tuple:
    return False, False


def _get_capturable_supported_devices(supports_xla: bool = True) -> list:
    return []


def _get_value(x: Any) -> Any:
    return x


def _nothing(*args: Any, **options: Any) -> Any:
    return None


_stack_if_compiling = _view_as_real = _dispatch_sqrt = _capturable_doc = _differentiable_doc = _foreach_doc = _maximize_doc = _nothing
_get_scalar_dtype = _device_dtype_check_for_fused = register_optimizer_step_post_hook = register_optimizer_step_pre_hook = _nothing
_disable_dynamo_if_unsupported = lambda *args, **options: (lambda function: function)  # noqa: E731
