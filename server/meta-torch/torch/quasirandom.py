"""Low-discrepancy sequences, by shape."""

from __future__ import annotations

from typing import Any

from ._meta import dtype as d
from ._tensor import Tensor, fresh


class SobolEngine:
    MAXDIM = 21201

    def __init__(self, dimension: int, scramble: bool = False, seed: Any = None) -> None:
        self.dimension = dimension

    def draw(self, n: int = 1, out: Any = None, dtype: Any = None) -> Tensor:
        return fresh((n, self.dimension), dtype or d.default.floating)
