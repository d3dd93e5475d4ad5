"""`torch.jit`: a scripted or traced function is the function."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Callable, Iterator, TypeVar

from .._jit_internal import Final, export, ignore, is_scripting, unused  # noqa: F401
from ..nn.modules.module import Module
from . import annotations  # noqa: F401

_T = TypeVar("_T")


class ScriptModule(Module):
    pass


class RecursiveScriptModule(ScriptModule):
    pass


TracedModule = TopLevelTracedModule = RecursiveScriptModule


class ScriptFunction:
    pass


class Attribute:
    def __new__(cls, value: Any, type: Any = None) -> Any:  # noqa: A002
        return value


class Error(RuntimeError):
    pass


CompilationUnit = ScriptFunction


def script(obj: Any = None, *args: Any, **options: Any) -> Any:
    return obj if obj is not None else lambda made: made


def trace(func: Any = None, example_inputs: Any = None, *args: Any, **options: Any) -> Any:
    return func if func is not None else lambda made: made


def trace_module(mod: Any, inputs: Any, *args: Any, **options: Any) -> Any:
    return mod


def script_method(fn: Callable) -> Callable:
    return fn


script_if_tracing = interface = _overload = _overload_method = script_method
freeze = optimize_for_inference = run_frozen_optimizations = lambda mod, *args, **options: mod


def annotate(the_type: Any, the_value: Any) -> Any:
    return the_value


def is_tracing() -> bool:
    return False


def isinstance(obj: Any, target_type: Any) -> bool:  # noqa: A001
    return _isinstance(obj, target_type)


def strict_fusion() -> Any:
    return _nothing()


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def fork(func: Callable, *args: Any, **kwargs: Any) -> Any:
    return func(*args, **kwargs)


def wait(future: Any) -> Any:
    return future


def load(f: Any, *args: Any, **options: Any) -> Any:
    raise RuntimeError("torch.jit.load: weights are not loaded here; compiled programs are not run.")


def save(m: Any, f: Any, *args: Any, **options: Any) -> None:
    raise RuntimeError("torch.jit.save: weights are not loaded here, so that there is nothing to save.")


def _nop(*args: Any, **options: Any) -> Any:
    return None


set_fusion_strategy = onednn_fusion_enabled = enable_onednn_fusion = set_module = _nop
_script_if_tracing = script_if_tracing
_state = type("_state", (), {"disable": _nop, "enable": _nop})
_isinstance = __import__("builtins").isinstance
