"""Names of types for annotations."""

from typing import Any

from ._array import ndarray

ArrayLike = DTypeLike = Any


class _Array:
    def __class_getitem__(cls, item):  # type: ignore[no-untyped-def]
        return ndarray


NDArray = _Array
