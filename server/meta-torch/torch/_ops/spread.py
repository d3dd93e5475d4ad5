"""
How many elements a mask keeps that comes from a router. Which expert a token goes to nobody knows; that the best `k` of `n`
are spread evenly over the `n` is the likeliest guess, and what balanced routers are trained for. Indices out of `topk` and its
kin therefore carry the share that equals any one number, and so do the masks that are made of them.
"""

from __future__ import annotations

import math

from .._meta import recorder
from .._meta.shape import count
from .._tensor import Tensor

#: Operators whose result has the same share as what they read.
KEEPING = frozenset(("eq", "gt", "one_hot", "to", "clone", "contiguous", "view", "index"))


def indices_of(result: Tensor, choices: int) -> Tensor:
    """Marks indices that are spread over `choices` numbers."""
    if result._value is None and choices > 1:
        result._share = 1 / choices
    return result


def any_of(result: Tensor, input: Tensor) -> Tensor:  # noqa: A002
    """Marks a reduction that holds where at least one of its elements does: exclusive ones, since a token chooses an expert once."""
    elements = count(result._shape)
    if input._share is not None and result._value is None and elements > 0:
        result._share = min(1.0, input._share * count(input._shape) / elements)
    return result


def kept_of(mask: Tensor, largest: str) -> int:
    """Elements of a mask of unknown contents that are kept; `largest` is what is told where nothing is known of them."""
    elements = count(mask._shape)
    if mask._share is None:
        recorder.note("data-dependent", largest)
        return elements
    recorder.note("data-dependent", "How many elements are chosen here depends on data; they are counted as spread evenly over all choices.")
    return math.ceil(elements * mask._share)
