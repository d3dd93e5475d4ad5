"""Linear algebra, by shape."""

from __future__ import annotations

import math
from typing import Any

from ._array import ndarray


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:  # noqa: A002
    from ._functions import _reduce, asarray

    return _reduce(asarray(x), axis, keepdims, lambda items: math.sqrt(sum(item * item for item in items)), "float64")


def inv(a: Any) -> ndarray:
    return ndarray(a.shape, "float64")


def pinv(a: Any, *args: Any, **options: Any) -> ndarray:
    return ndarray((*a.shape[:-2], a.shape[-1], a.shape[-2]), "float64")


def svd(a: Any, full_matrices: bool = True, **options: Any) -> tuple:
    rows, columns = a.shape[-2:]
    least = min(rows, columns)
    left, right = (rows, columns) if full_matrices else (least, least)
    return ndarray((rows, left), "float64"), ndarray((least,), "float64"), ndarray((right, columns), "float64")


def qr(a: Any, mode: str = "reduced") -> tuple:
    rows, columns = a.shape
    least = min(rows, columns)
    return ndarray((rows, least), "float64"), ndarray((least, columns), "float64")


def eigh(a: Any, *args: Any) -> tuple:
    return ndarray(a.shape[:-1], "float64"), ndarray(a.shape, "float64")


eig = eigh


def det(a: Any) -> ndarray:
    return ndarray(a.shape[:-2], "float64")


def solve(a: Any, b: Any) -> ndarray:
    return ndarray(b.shape, "float64")


LinAlgError = type("LinAlgError", (ValueError,), {})
