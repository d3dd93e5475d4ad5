"""Comparisons of tensors: by shape and type."""

from __future__ import annotations

from typing import Any

from .._tensor import Tensor


def assert_close(actual: Any, expected: Any, *, check_dtype: bool = True, **options: Any) -> None:
    if isinstance(actual, Tensor) and isinstance(expected, Tensor):
        if actual._shape != expected._shape:
            raise AssertionError(f"The values for attribute 'shape' do not match: {actual.shape} != {expected.shape}.")
        if check_dtype and actual.dtype is not expected.dtype:
            raise AssertionError(f"The values for attribute 'dtype' do not match: {actual.dtype} != {expected.dtype}.")


assert_allclose = assert_close


def make_tensor(*shape: Any, dtype: Any, device: Any = None, **options: Any) -> Tensor:
    from .._meta.shape import sizes
    from .._tensor import fresh

    return fresh(sizes(shape), dtype)
