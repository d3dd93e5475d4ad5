"""
A number that `item()` reads out of a tensor whose contents nobody knows. It can be computed with, printed and compared, and
a comparison is a branch on data; where it would become a size, there is no going on.
"""

from __future__ import annotations

from typing import Any

from . import recorder
from .values import DataDependent

_MESSAGE = "item() needs the contents of a tensor, which depend on weights or inputs"


class DataNumber(float):
    """A float of no meaning, so that what asks for a number takes it."""

    def __new__(cls) -> DataNumber:
        return float.__new__(cls, 1.0)

    def __bool__(self) -> bool:
        return recorder.branch()

    def _compare(self, other: Any) -> bool:
        return recorder.branch()

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _compare  # type: ignore[assignment]
    __hash__ = float.__hash__

    def _refuse(self, *args: Any) -> Any:
        raise DataDependent(_MESSAGE)

    __int__ = __index__ = __float__ = __trunc__ = __floor__ = __ceil__ = is_integer = as_integer_ratio = _refuse  # type: ignore[assignment]

    def _combine(self, *others: Any) -> Any:
        return NotImplemented if others and not isinstance(others[0], (int, float)) else DataNumber()

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _combine  # type: ignore[assignment]
    __mod__ = __rmod__ = __pow__ = __rpow__ = __neg__ = __pos__ = __abs__ = __round__ = _combine  # type: ignore[assignment]
