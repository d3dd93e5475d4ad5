"""Names of types for annotations."""

from __future__ import annotations

import builtins
from typing import Any, List, Sequence, Tuple, Union

from ._meta.dtype import dtype as _dtype
from ._tensor import Size, Tensor
from ._tensor import device as _device
from .storage import UntypedStorage as Storage  # noqa: F401

_TensorOrTensors = Union[Tensor, Sequence[Tensor]]
_bool, _int, _float, _complex = builtins.bool, builtins.int, builtins.float, builtins.complex
_size = Union[Size, List[int], Tuple[int, ...]]
_layout = _qscheme = Any
_dispatchkey = Any
Device = DeviceLikeType = Union[_device, str, int, None]
Number = (builtins.int, builtins.float, builtins.bool)
_Number = Number
FileLike = PathLike = IntLikeType = FloatLikeType = BoolLikeType = PySymType = py_sym_types = Any
__all__ = ["Device", "Number", "Storage", "_dtype"]
