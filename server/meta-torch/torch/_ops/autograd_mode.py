"""`no_grad` and its kin: contexts that also decorate. Only the flag of results depends on them."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from .._meta.grad import mode


class _GradContext:
    """Sets the mode inside, and inside whatever function it decorates."""

    _enabled = True

    def __init__(self) -> None:
        self._before: list[tuple] = []

    def __enter__(self) -> None:
        self._before.append((mode.enabled, mode.inference))
        mode.enabled = self._enabled

    def __exit__(self, *reason: object) -> None:
        mode.enabled, mode.inference = self._before.pop()

    def clone(self) -> Any:
        return type(self)()

    def __call__(self, function: Any) -> Any:
        if inspect.isclass(function):
            function.__init__ = self(function.__init__)
            return function
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def generator(*args: Any, **options: Any) -> Any:
                with self.clone():
                    yield from function(*args, **options)

            return generator

        @functools.wraps(function)
        def decorated(*args: Any, **options: Any) -> Any:
            with self.clone():
                return function(*args, **options)

        return decorated


class no_grad(_GradContext):  # noqa: N801 - torch's own spelling
    _enabled = False

    def __new__(cls, function: Any = None) -> Any:
        made = object.__new__(cls)
        if function is None:
            return made
        made.__init__()
        return made(function)


class enable_grad(no_grad):  # noqa: N801
    _enabled = True


class set_grad_enabled(_GradContext):  # noqa: N801
    """Takes effect at once, and is undone when used as a context."""

    def __init__(self, mode: bool) -> None:
        super().__init__()
        self._enabled = mode
        self._found = _switch(mode)

    def __enter__(self) -> None:
        self._before.append((self._found, mode.inference))
        mode.enabled = self._enabled

    def clone(self) -> Any:
        return set_grad_enabled(self._enabled)

    def __call__(self, function: Any) -> Any:
        mode.enabled = self._found
        return super().__call__(function)


def _switch(enabled: bool) -> bool:
    before = mode.enabled
    mode.enabled = enabled
    return before


class inference_mode(_GradContext):  # noqa: N801
    def __new__(cls, mode: Any = True) -> Any:
        made = object.__new__(cls)
        if isinstance(mode, bool):
            return made
        made.__init__()
        return made(mode)

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self._is_on = mode if isinstance(mode, bool) else True
        self._enabled = not self._is_on

    def __enter__(self) -> None:
        super().__enter__()
        mode.inference = self._is_on

    def clone(self) -> Any:
        return inference_mode(self._is_on)


def is_grad_enabled() -> bool:
    return mode.enabled


def is_inference_mode_enabled() -> bool:
    return mode.inference


exported = {
    "no_grad": no_grad, "enable_grad": enable_grad, "set_grad_enabled": set_grad_enabled, "inference_mode": inference_mode,
    "is_grad_enabled": is_grad_enabled, "is_inference_mode_enabled": is_inference_mode_enabled,
    "_C_set_grad_enabled": _switch,
}
