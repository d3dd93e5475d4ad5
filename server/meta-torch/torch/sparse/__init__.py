"""Sparse operators, by shape."""

from __future__ import annotations

from typing import Any

from .._ops.registry import functions
from ..nn import functional as _layers


def mm(mat1: Any, mat2: Any, reduce: str = "sum") -> Any:
    return functions["mm"](mat1, mat2)


def addmm(mat: Any, mat1: Any, mat2: Any, *, beta: float = 1.0, alpha: float = 1.0) -> Any:
    return functions["addmm"](mat, mat1, mat2)


def sum(input: Any, dim: Any = None, dtype: Any = None) -> Any:  # noqa: A001, A002
    return functions["sum"](input, dim) if dim is not None else functions["sum"](input)


softmax, log_softmax = _layers.softmax, _layers.log_softmax


def to_sparse_semi_structured(original_tensor: Any, transposed: bool = False) -> Any:
    return original_tensor


SparseSemiStructuredTensor = type("SparseSemiStructuredTensor", (), {})
