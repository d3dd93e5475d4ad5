"""What operators with several results return: tuples whose parts have names."""

from __future__ import annotations

from typing import NamedTuple

from .._tensor import Tensor


class Pair(NamedTuple):
    """Values and where they stood: `max`, `sort`, `topk`, `median`."""

    values: Tensor
    indices: Tensor
