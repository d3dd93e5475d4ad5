"""Names of sizes for annotations."""

from __future__ import annotations

from typing import Any, Optional, Tuple, TypeVar, Union

from .._tensor import Tensor

T = TypeVar("T")
_scalar_or_tuple_any_t = Union[T, Tuple[T, ...]]
_size_any_t = _size_any_opt_t = Any
_size_1_t = Union[int, Tuple[int]]
_size_2_t = Union[int, Tuple[int, int]]
_size_3_t = Union[int, Tuple[int, int, int]]
_size_4_t = _size_5_t = _size_6_t = Union[int, Tuple[int, ...]]
_size_2_opt_t = _size_3_opt_t = Union[int, Tuple[Optional[int], ...]]
_ratio_2_t = _ratio_3_t = _ratio_any_t = Union[float, Tuple[float, ...]]
_tensor_list_t = Union[Tensor, Tuple[Tensor, ...]]
_maybe_indices_t = _scalar_or_tuple_any_t
