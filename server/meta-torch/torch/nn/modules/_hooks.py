"""Hooks of modules: registering them, and the call that runs them in torch's order."""

from __future__ import annotations

import itertools
import weakref
from collections import OrderedDict
from typing import Any, Callable

_global: dict[str, OrderedDict] = {"forward": OrderedDict(), "pre": OrderedDict()}


class RemovableHandle:
    """Takes its hook out again."""

    next_id = itertools.count()

    def __init__(self, hooks_dict: Any, *, extra_dict: Any = None) -> None:
        self.hooks_dict_ref = weakref.ref(hooks_dict) if isinstance(hooks_dict, OrderedDict) else (lambda: hooks_dict)
        self.id = next(RemovableHandle.next_id)

    def remove(self) -> None:
        hooks = self.hooks_dict_ref()
        if hooks is not None:
            hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *reason: Any) -> None:
        self.remove()


class _Hook:
    """A hook and how it is called."""

    __slots__ = ("function", "with_kwargs", "always_call")

    def __init__(self, function: Callable, with_kwargs: bool, always_call: bool = False) -> None:
        self.function = function
        self.with_kwargs = with_kwargs
        self.always_call = always_call

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)


def register_global(kind: str, hook: Callable, with_kwargs: bool) -> RemovableHandle:
    handle = RemovableHandle(_global[kind])
    _global[kind][handle.id] = _Hook(hook, with_kwargs)
    return handle


def call(module: Any, args: tuple, kwargs: dict) -> Any:
    """Global hooks before the module's own; a hook that answers something replaces the arguments or the result."""
    own = module.__dict__
    for hook in (*_global["pre"].values(), *own.get("_forward_pre_hooks", {}).values()):
        if getattr(hook, "with_kwargs", False):
            answer = hook(module, args, kwargs)
            if answer is not None:
                if not (isinstance(answer, tuple) and len(answer) == 2):
                    raise RuntimeError(f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {answer}.")
                args, kwargs = answer
        else:
            answer = hook(module, args)
            if answer is not None:
                args = answer if isinstance(answer, tuple) else (answer,)
    result = module.forward(*args, **kwargs)
    for hook in (*_global["forward"].values(), *own.get("_forward_hooks", {}).values()):
        if getattr(hook, "with_kwargs", False):
            answer = hook(module, args, kwargs, result)
        else:
            answer = hook(module, args, result)
        if answer is not None:
            result = answer
    return result


class HookMixin:
    """The registering methods of a module."""

    def _add_hook(self, table: str, hook: Any, prepend: bool = False) -> RemovableHandle:
        hooks = getattr(self, table)
        handle = RemovableHandle(hooks)
        hooks[handle.id] = hook
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        return handle

    def register_forward_pre_hook(self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False) -> RemovableHandle:
        return self._add_hook("_forward_pre_hooks", _Hook(hook, with_kwargs), prepend)

    def register_forward_hook(self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False) -> RemovableHandle:
        return self._add_hook("_forward_hooks", _Hook(hook, with_kwargs, always_call), prepend)

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        return self._add_hook("_backward_hooks", hook, prepend)

    def register_full_backward_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        return self._add_hook("_backward_pre_hooks", hook, prepend)

    def register_backward_hook(self, hook: Callable) -> RemovableHandle:
        return self._add_hook("_backward_hooks", hook)

    def register_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        return self._add_hook("_state_dict_hooks", hook)

    def _register_state_dict_hook(self, hook: Callable) -> RemovableHandle:
        return self._add_hook("_state_dict_hooks", hook)

    def register_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        return self._add_hook("_state_dict_pre_hooks", hook)

    def register_load_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        return self._add_hook("_load_state_dict_pre_hooks", _Bound(hook, self))

    def _register_load_state_dict_pre_hook(self, hook: Callable, with_module: bool = False) -> RemovableHandle:
        return self._add_hook("_load_state_dict_pre_hooks", _Bound(hook, self) if with_module else hook)

    def register_load_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        return self._add_hook("_load_state_dict_post_hooks", hook)


class _Bound:
    """A hook that is also given its module."""

    def __init__(self, function: Callable, module: Any) -> None:
        self.function = function
        self.module = module

    def __call__(self, *args: Any) -> Any:
        return self.function(self.module, *args)
