"""Operators of the user's own: the function that is given runs as it is."""

from __future__ import annotations

from typing import Any, Callable

from . import ops as _ops_namespace


class Library:
    def __init__(self, ns: str = "", kind: str = "", dispatch_key: str = "") -> None:
        self.ns = ns

    def define(self, schema: str, alias_analysis: str = "", *, tags: Any = ()) -> str:
        return schema.split("(")[0]

    def impl(self, op_name: Any, fn: Callable, dispatch_key: str = "", *, with_keyset: bool = False) -> None:
        name = str(op_name).split("::")[-1].split(".")[0]
        if callable(fn):
            _ops_namespace.register(self.ns, name, fn)

    def fallback(self, fn: Callable, dispatch_key: str = "") -> None:
        return None


class CustomOpDef:
    """What `custom_op` makes: callable, with the places where kernels of other devices register."""

    def __init__(self, name: str, fn: Callable) -> None:
        self._name, self._fn, self._fake = name, fn, None
        self.__name__ = getattr(fn, "__name__", name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return (self._fake or self._fn)(*args, **kwargs)

    def register_fake(self, fn: Callable) -> Callable:
        self._fake = fn
        return fn

    def register_kernel(self, device_types: Any, fn: Any = None) -> Any:
        return fn if fn is not None else lambda function: function

    def register_autograd(self, backward: Any, *, setup_context: Any = None) -> None:
        return None

    register_vmap = register_torch_dispatch = register_kernel


def custom_op(name: str, fn: Any = None, *, mutates_args: Any = (), device_types: Any = None, schema: Any = None, tags: Any = None) -> Any:
    def make(function: Callable) -> CustomOpDef:
        made = CustomOpDef(name, function)
        space, _, short = name.partition("::")
        _ops_namespace.register(space, short, made)
        return made

    return make(fn) if fn is not None else make


triton_op = custom_op


def impl(qualname: str, types: Any = None, func: Any = None, *, lib: Any = None) -> Any:
    def register(function: Callable) -> Callable:
        space, _, short = str(qualname).partition("::")
        _ops_namespace.register(space, short.split(".")[0], function)
        return function

    return register(func) if func is not None else register


def register_fake(op: Any, func: Any = None, **options: Any) -> Any:
    def register(function: Callable) -> Callable:
        """Shapes are all that is wanted, so that the fake kernel is the one to run."""
        if isinstance(op, CustomOpDef):
            op.register_fake(function)
        elif isinstance(op, str):
            space, _, short = op.partition("::")
            _ops_namespace.register(space, short.split(".")[0], function)
        return function

    return register(func) if func is not None else register


impl_abstract = register_fake


def register_kernel(op: Any, device_types: Any = None, func: Any = None, **options: Any) -> Any:
    return func if func is not None else lambda function: function


register_autograd = register_vmap = register_torch_dispatch = register_kernel


def define(qualname: str, schema: str, *, lib: Any = None, tags: Any = ()) -> None:
    return None


def wrap_triton(kernel: Any) -> Any:
    return kernel


def opcheck(*args: Any, **options: Any) -> dict:
    return {}


def get_ctx() -> None:
    return None


def infer_schema(function: Callable, **options: Any) -> str:
    return "()"

__path__: list = []  # Parts that are not here are stand-ins.
