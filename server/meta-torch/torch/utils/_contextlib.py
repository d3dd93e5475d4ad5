"""Base of contexts that also decorate."""

from __future__ import annotations

import functools
from typing import Any


class _DecoratorContextManager:
    def clone(self) -> Any:
        return type(self)()

    def __call__(self, function: Any) -> Any:
        @functools.wraps(function)
        def decorated(*args: Any, **options: Any) -> Any:
            with self.clone():
                return function(*args, **options)

        return decorated


_NoParamDecoratorContextManager = _DecoratorContextManager
