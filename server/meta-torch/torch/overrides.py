"""Tensor-like classes of the user's own: torch functions are plain functions here."""

from __future__ import annotations

from typing import Any, Callable

from ._tensor import Tensor


def has_torch_function(*args: Any) -> bool:
    return False


has_torch_function_unary = has_torch_function_variadic = has_torch_function


def handle_torch_function(public_api: Callable, relevant_args: Any, *args: Any, **kwargs: Any) -> Any:
    return public_api(*args, **kwargs)


def is_tensor_like(inp: Any) -> bool:
    return isinstance(inp, Tensor)


def wrap_torch_function(dispatcher: Callable) -> Callable:
    return lambda function: function


def get_ignored_functions() -> set:
    return set()


def get_testing_overrides() -> dict:
    return {}


def get_overridable_functions() -> dict:
    return {}


def resolve_name(f: Any) -> str:
    return getattr(f, "__name__", str(f))


is_tensor_method_or_property = has_torch_function


class TorchFunctionMode:
    """A mode sees no calls: it only enters and leaves."""

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *reason: Any) -> None:
        return None


BaseTorchFunctionMode = TorchFunctionMode
