"""Constraints of parameters: nothing is checked."""

from __future__ import annotations

from typing import Any


class Constraint:
    is_discrete = False
    event_dim = 0

    def __call__(self, *args: Any, **options: Any) -> Constraint:
        return self

    def check(self, value: Any) -> bool:
        return True


real = positive = simplex = unit_interval = nonnegative = real_vector = boolean = positive_definite = lower_cholesky = Constraint()
greater_than = interval = integer_interval = independent = nonnegative_integer = positive_integer = dependent = Constraint()


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return real
