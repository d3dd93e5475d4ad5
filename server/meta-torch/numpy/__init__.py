"""
A small numpy: arrays of few elements with their contents, larger ones by shape only. What is not here is an opaque
stand-in, so that programs that plot or load data go on.
"""

from __future__ import annotations

import math as _math
from typing import Any as _Any

from . import linalg, random, typing  # noqa: F401
from ._array import ndarray  # noqa: F401
from ._dtype import (  # noqa: F401
    bool_, bool8, complex64, complex128, dtype, finfo, float16, float32, float64, floating, generic, half, iinfo, inexact, int8, int16, int32,
    int64, integer, intp, number, object_, signedinteger, single, str_, uint8, uint16, uint32, uint64, unsignedinteger,
)
from ._functions import *  # noqa: F401,F403
from ._joining import *  # noqa: F401,F403
from ._functions import abs, all, any, max, min, round, sum  # noqa: A004, F401

__version__ = "2.0.0"
pi, e, inf, nan, euler_gamma = _math.pi, _math.e, _math.inf, _math.nan, 0.5772156649015329
Inf, NaN, NINF, PINF = inf, nan, -inf, inf
newaxis = None
float_, int_, double, float, int, bool, complex_, object = float64, int64, float64, float, int, bool, complex128, object  # noqa: A001
ScalarType = (int, float, bool)
little_endian = True


class errstate:  # noqa: N801
    def __init__(self, **options: _Any) -> None:
        return None

    def __enter__(self) -> None:
        return None

    def __exit__(self, *reason: _Any) -> None:
        return None


def seterr(**options: _Any) -> dict:
    return {}


def set_printoptions(*args: _Any, **options: _Any) -> None:
    return None


VisibleDeprecationWarning = type("VisibleDeprecationWarning", (UserWarning,), {})


def __getattr__(name: str) -> _Any:
    if name.startswith("__"):
        raise AttributeError(f"module 'numpy' has no attribute '{name}'")
    from ridgepoint.opaque import _member

    return _member("numpy", name)

__all__ = [name for name in globals() if not name.startswith("_")]
