"""
`nn.Module`. A call is as short as can be while nothing listens: hooks and the trace take the long way, and hook tables
come into being when first asked for.
"""

from __future__ import annotations

import functools
import sys
from collections import OrderedDict, namedtuple
from typing import Any, Callable, Iterator

from ..._meta import recorder
from ..._tensor import Tensor
from ..parameter import Buffer, Parameter
from . import _hooks, _state

_IncompatibleKeys = namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])


class Sites:
    """Whether modules remember where they were made; the driver turns it on."""

    wanted = True


#: Tables that an instance gets when they are first touched.
_LAZY_TABLES = frozenset((
    "_forward_hooks", "_forward_pre_hooks", "_forward_hooks_with_kwargs", "_forward_hooks_always_called",
    "_forward_pre_hooks_with_kwargs", "_backward_hooks", "_backward_pre_hooks", "_state_dict_hooks",
    "_state_dict_pre_hooks", "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks",
))
_CALL_TABLES = frozenset(("_forward_hooks", "_forward_pre_hooks"))
_set = object.__setattr__


class Module(_state.StateMixin, _hooks.HookMixin):
    """Base of all layers and models."""

    dump_patches = False
    training = True
    _version = 1
    call_super_init = False
    _is_full_backward_hook: Any = None
    _hooked = False
    _compiled_call_impl: Any = None
    _created_at: tuple = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if (args or kwargs) and not self.call_super_init:
            if kwargs:
                raise TypeError(f"{type(self).__name__}.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'")
            raise TypeError(f"{type(self).__name__}.__init__() takes 1 positional argument but {len(args) + 1} were given")
        own = self.__dict__
        own["training"] = True
        own["_parameters"] = {}
        own["_buffers"] = {}
        own["_non_persistent_buffers_set"] = set()
        own["_modules"] = {}
        if Sites.wanted:
            own["_created_at"] = _creation_site(self, sys._getframe(1))
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        trace = recorder.active
        if trace is None:
            if self._hooked:
                return _hooks.call(self, args, kwargs)
            return self.forward(*args, **kwargs)
        stack = trace.module_stack
        stack.append(self)
        try:
            if self._hooked:
                return _hooks.call(self, args, kwargs)
            return self.forward(*args, **kwargs)
        finally:
            stack.pop()

    _call_impl = __call__
    _wrapped_call_impl = __call__
    _slow_forward = __call__

    # Attributes.

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if isinstance(value, Tensor):
            if isinstance(value, Parameter):
                _take_out(own, name, "_parameters")
                self.register_parameter(name, value)
                return
            if getattr(value, "_is_buffer", False) and "_buffers" in own:
                _take_out(own, name, "_buffers")
                self.register_buffer(name, value, value.persistent)
                return
        elif isinstance(value, Module):
            if "_modules" not in own:
                raise AttributeError("cannot assign module before Module.__init__() call")
            _take_out(own, name, "_modules")
            own["_modules"][name] = value
            return
        if "_modules" in own:
            if name in own["_parameters"]:
                if value is not None:
                    raise TypeError(
                        f"cannot assign '{_name_of(value)}' as parameter '{name}' (torch.nn.Parameter or None expected)"
                    )
                own["_parameters"][name] = None
                return
            if name in own["_modules"]:
                if value is not None:
                    raise TypeError(
                        f"cannot assign '{_name_of(value)}' as child module '{name}' (torch.nn.Module or None expected)"
                    )
                own["_modules"][name] = None
                return
            if name in own["_buffers"]:
                if value is not None and not isinstance(value, Tensor):
                    raise TypeError(f"cannot assign '{_name_of(value)}' as buffer '{name}' (torch.Tensor or None expected)")
                own["_buffers"][name] = value
                return
        _set(self, name, value)

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        if "_modules" in own:
            found = own["_modules"].get(name, own)
            if found is not own:
                return found
            found = own["_parameters"].get(name, own)
            if found is not own:
                return found
            found = own["_buffers"].get(name, own)
            if found is not own:
                return found
        if name in _LAZY_TABLES:
            table = own[name] = OrderedDict()
            if name in _CALL_TABLES:
                own["_hooked"] = True
            return table
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name: str) -> None:
        own = self.__dict__
        for table in ("_parameters", "_buffers", "_modules"):
            if name in own.get(table, ()):
                del own[table][name]
                own["_non_persistent_buffers_set"].discard(name)
                return
        object.__delattr__(self, name)

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state)

    def __dir__(self) -> list:
        own = self.__dict__
        names = [*dir(type(self)), *own, *own.get("_parameters", ()), *own.get("_modules", ()), *own.get("_buffers", ())]
        return sorted({name for name in names if not name[0].isdigit()})

    # Registration.

    def register_parameter(self, name: str, param: Any) -> None:
        own = self.__dict__
        if "_parameters" not in own:
            raise AttributeError("cannot assign parameter before Module.__init__() call")
        self._check_name("parameter", name, own["_parameters"])
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(f"cannot assign '{_name_of(param)}' object to parameter '{name}' (torch.nn.Parameter or None required)")
        if param is not None and param.grad_fn is not None:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. To express "
                f"'{name}' as a function of another Tensor, compute the value in the forward() method."
            )
        own["_parameters"][name] = param

    def register_buffer(self, name: str, tensor: Any, persistent: bool = True) -> None:
        own = self.__dict__
        if "_buffers" not in own:
            raise AttributeError("cannot assign buffer before Module.__init__() call")
        self._check_name("buffer", name, own["_buffers"])
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"cannot assign '{_name_of(tensor)}' object to buffer '{name}' (torch Tensor or None required)")
        own["_buffers"][name] = tensor
        if persistent:
            own["_non_persistent_buffers_set"].discard(name)
        else:
            own["_non_persistent_buffers_set"].add(name)

    def add_module(self, name: str, module: Any) -> None:
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{_name_of(module)} is not a Module subclass")
        self._check_name("module", name, self._modules)
        self._modules[name] = module

    def register_module(self, name: str, module: Any) -> None:
        self.add_module(name, module)

    def _check_name(self, kind: str, name: str, table: dict) -> None:
        if type(name) is not str and not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {type(name).__name__}")
        if name not in table and (name in self.__dict__ or hasattr(self, name)):
            raise KeyError(f"attribute '{name}' already exists")
        if "." in name:
            raise KeyError(f'{kind} name can\'t contain ".", got: {name}')
        if name == "":
            raise KeyError(f'{kind} name can\'t be empty string ""')

    # Whole trees.

    def apply(self, fn: Callable[[Module], Any]) -> Any:
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Any:
        """Every parameter and buffer through `fn`; each stays the same object."""
        if recurse:
            for module in self.children():
                module._apply(fn)
        active, recorder.active = recorder.active, None
        try:
            for param in self._parameters.values():
                if param is not None:
                    _become(param, fn(param))
            for key, buffer in self._buffers.items():
                if buffer is not None:
                    self._buffers[key] = fn(buffer)
        finally:
            recorder.active = active
        return self

    def train(self, mode: bool = True) -> Any:
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self._modules.values():
            if module is not None:
                module.train(mode)
        return self

    def eval(self) -> Any:
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        for param in self.parameters():
            param.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        for param in self.parameters():
            param.grad = None

    def share_memory(self) -> Any:
        return self

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to compile: a compiled model costs what it says."""

    def to(self, *args: Any, dtype: Any = None, device: Any = None, non_blocking: bool = False, memory_format: Any = None, **options: Any) -> Any:
        from ..._meta.dtype import FLOAT
        from ..._meta.dtype import dtype as Dtype

        for item in args:
            if isinstance(item, Tensor):
                dtype, device = item.dtype, item.device
            elif isinstance(item, Dtype):
                dtype = item
            elif item is not None and not isinstance(item, bool):
                device = item
        if dtype is not None and dtype.category < FLOAT:
            raise TypeError(f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}")

        def convert(tensor: Tensor) -> Tensor:
            kind = dtype if dtype is not None and tensor.dtype.category >= FLOAT else tensor.dtype
            return tensor.to(kind) if device is None else tensor.to(device, kind)

        return self._apply(convert)

    def _cast(self, name: str) -> Any:
        return self._apply(lambda tensor: getattr(tensor, name)() if tensor.is_floating_point() else tensor)

    def half(self) -> Any:
        return self._cast("half")

    def bfloat16(self) -> Any:
        return self._cast("bfloat16")

    def float(self) -> Any:
        return self._cast("float")

    def double(self) -> Any:
        return self._cast("double")

    def type(self, dst_type: Any) -> Any:
        return self._apply(lambda tensor: tensor.type(dst_type))

    def cpu(self) -> Any:
        return self._apply(lambda tensor: tensor.cpu())

    def cuda(self, device: Any = None) -> Any:
        return self._apply(lambda tensor: tensor.cuda(device))

    def xpu(self, device: Any = None) -> Any:
        return self._apply(lambda tensor: tensor.xpu(device))

    def ipu(self, device: Any = None) -> Any:
        return self.to("ipu")

    def mtia(self, device: Any = None) -> Any:
        return self.to("mtia")

    def to_empty(self, *, device: Any, recurse: bool = True) -> Any:
        return self._apply(lambda tensor: tensor.to(device), recurse) if device is not None else self

    # Text.

    def _get_name(self) -> str:
        return type(self).__name__

    def extra_repr(self) -> str:
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = []
        for key, module in self._modules.items():
            text = repr(module).replace("\n", "\n  ")
            children.append(f"({key}): {text}")
        if not children and len(lines) <= 1:
            return f"{self._get_name()}({extra})"
        return f"{self._get_name()}(\n  " + "\n  ".join(lines + children) + "\n)"


def _take_out(own: dict, name: str, keep: str) -> None:
    """A name denotes one thing: it leaves the instance and the other tables."""
    own.pop(name, None)
    for table in ("_parameters", "_buffers", "_modules"):
        if table != keep and name in own.get(table, ()):
            del own[table][name]
    own.get("_non_persistent_buffers_set", set()).discard(name)


def _become(param: Tensor, result: Tensor) -> None:
    if result is param:
        return
    param._shape, param.dtype, param._value = result._shape, result.dtype, result._value
    if result.device is not param.device:
        param.device = result.device


def _creation_site(module: Module, frame: Any) -> tuple:
    """
    Where the class was called: the frames above the constructors of this very module, innermost first. Only frames called
    `__init__` are asked for their first argument.
    """
    while frame is not None:
        code = frame.f_code
        if code.co_name != "__init__" or not code.co_varnames or frame.f_locals.get(code.co_varnames[0]) is not module:
            break
        frame = frame.f_back
    return tuple(recorder.user_frames(frame))


def _name_of(value: Any) -> str:
    kind = type(value)
    return f"{kind.__module__}.{kind.__qualname__}" if kind.__module__ != "builtins" else kind.__qualname__


# Functions of `torch.nn.modules.module` that act on all modules.


def register_module_forward_hook(hook: Callable, *, with_kwargs: bool = False, always_call: bool = False) -> Any:
    Module._hooked = True
    return _hooks.register_global("forward", hook, with_kwargs)


def register_module_forward_pre_hook(hook: Callable) -> Any:
    Module._hooked = True
    return _hooks.register_global("pre", hook, False)


def register_module_full_backward_hook(hook: Callable) -> Any:
    return _hooks.RemovableHandle({})


register_module_backward_hook = register_module_full_backward_hook
register_module_full_backward_pre_hook = register_module_full_backward_hook
register_module_buffer_registration_hook = register_module_full_backward_hook
register_module_module_registration_hook = register_module_full_backward_hook
register_module_parameter_registration_hook = register_module_full_backward_hook
_addindent = functools.partial(lambda s_, numSpaces: ("\n" + " " * numSpaces).join(s_.split("\n")))
T = Iterator
