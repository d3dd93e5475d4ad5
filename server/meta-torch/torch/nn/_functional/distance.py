"""Distances and similarities between rows."""

from __future__ import annotations


from ..._meta import dtype as d
from ..._meta.promotion import promote_types
from ..._meta.shape import axis, broadcast
from ..._ops.registry import make
from ..._tensor import Tensor


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    shape = broadcast(x1._shape, x2._shape)
    kind = promote_types(x1.dtype, x2.dtype)
    if kind.category < d.FLOAT:
        raise RuntimeError("expected common dtype to be floating point, yet common dtype is " + str(kind))
    where = axis(dim, len(shape))
    return make("cosine_similarity", shape[:where] + shape[where + 1:], kind, (x1, x2), {"dim": where, "eps": eps})


def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    shape = broadcast(x1._shape, x2._shape)
    kind = promote_types(x1.dtype, x2.dtype)
    if kind.category < d.FLOAT:
        kind = d.default.floating
    result = shape[:-1] + (1,) if keepdim else shape[:-1]
    return make("pairwise_distance", result, kind, (x1, x2), {"p": p, "eps": eps, "keepdim": bool(keepdim)})


def pdist(input: Tensor, p: float = 2) -> Tensor:  # noqa: A002
    if len(input._shape) != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {len(input._shape)}D")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")
    if input.dtype.category < d.FLOAT:
        raise RuntimeError("pdist only supports floating-point dtypes")
    rows = input._shape[0]
    return make("pdist", (rows * (rows - 1) // 2,), input.dtype, (input,), {"p": p})


