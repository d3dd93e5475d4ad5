"""Window functions, by shape."""

from __future__ import annotations

from typing import Any

from ._meta import dtype as d
from ._tensor import Tensor, fresh


class windows:  # noqa: N801
    @staticmethod
    def hann(M: int, *args: Any, dtype: Any = None, **options: Any) -> Tensor:  # noqa: N803
        return fresh((M,), dtype or d.default.floating)

    hamming = blackman = bartlett = cosine = gaussian = kaiser = exponential = nuttall = general_cosine = general_hamming = hann
