"""`Rearrange` and `Reduce` as layers."""

from __future__ import annotations

from typing import Any

from torch import nn

from .. import _apply


class Rearrange(nn.Module):
    _reduction: Any = None

    def __init__(self, pattern: str, **axes_lengths: int) -> None:
        super().__init__()
        self.pattern = pattern
        self.axes_lengths = axes_lengths

    def forward(self, input: Any) -> Any:  # noqa: A002
        return _apply(input, self.pattern, self._reduction, self.axes_lengths)


class Reduce(Rearrange):
    def __init__(self, pattern: str, reduction: Any, **axes_lengths: int) -> None:
        super().__init__(pattern, **axes_lengths)
        self._reduction = reduction
