"""Padding layers: one class for each mode and rank."""

from __future__ import annotations

from typing import Any

from ..._tensor import Tensor
from .. import functional as F  # noqa: N812
from .module import Module
from .utils import _ntuple


class _Pad(Module):
    """Amounts as `pad` takes them: two for each dimension, the last dimension first."""

    __constants__ = ["padding"]
    _rank = 1
    _mode = "constant"
    _is_checked = False

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = _ntuple(2 * self._rank)(padding) if 2 * self._rank <= 4 else (
            (padding,) * (2 * self._rank) if isinstance(padding, int) else tuple(padding))

    def _check_input_dim(self, input: Tensor) -> None:  # noqa: A002
        if input.dim() not in (self._rank + 1, self._rank + 2):
            raise ValueError(f"expected {self._rank + 1}D or {self._rank + 2}D input (got {input.dim()}D input)")

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        if self._is_checked:
            self._check_input_dim(input)
        return F.pad(input, self.padding, self._mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPadNd(_Pad):
    __constants__ = ["padding", "value"]

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPadNd):
    _rank = 1


class ConstantPad2d(_ConstantPadNd):
    _rank = 2


class ConstantPad3d(_ConstantPadNd):
    _rank = 3


class ZeroPad1d(ConstantPad1d):
    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad2d(ConstantPad2d):
    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad3d(ConstantPad3d):
    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ReflectionPadNd(_Pad):
    _mode = "reflect"


class ReflectionPad1d(_ReflectionPadNd):
    _rank = 1


class ReflectionPad2d(_ReflectionPadNd):
    _rank = 2


class ReflectionPad3d(_ReflectionPadNd):
    _rank = 3


class _ReplicationPadNd(_Pad):
    _mode = "replicate"


class ReplicationPad1d(_ReplicationPadNd):
    _rank = 1


class ReplicationPad2d(_ReplicationPadNd):
    _rank = 2


class ReplicationPad3d(_ReplicationPadNd):
    _rank = 3


class _CircularPadNd(_Pad):
    _mode = "circular"
    _is_checked = True


class CircularPad1d(_CircularPadNd):
    _rank = 1


class CircularPad2d(_CircularPadNd):
    _rank = 2


class CircularPad3d(_CircularPadNd):
    _rank = 3
