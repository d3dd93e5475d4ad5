"""Jacobians and products with them, by shape."""

from __future__ import annotations

from typing import Any

from .._tensor import fresh


def jacobian(func: Any, inputs: Any, *args: Any, **options: Any) -> Any:
    output = func(inputs)
    return fresh(output._shape + inputs._shape, output.dtype)


def hessian(func: Any, inputs: Any, *args: Any, **options: Any) -> Any:
    func(inputs)
    return fresh(inputs._shape * 2, inputs.dtype)


def vjp(func: Any, inputs: Any, v: Any = None, *args: Any, **options: Any) -> tuple:
    return func(inputs), inputs


def jvp(func: Any, inputs: Any, v: Any = None, *args: Any, **options: Any) -> tuple:
    output = func(inputs)
    return output, output


hvp = vhp = vjp
