"""Tables looked up by index, and one-hot rows."""

from __future__ import annotations

from typing import Any

from ..._meta import dtype as d
from ..._meta import values
from ..._meta.shape import count
from ..._ops.registry import long_name, make
from ..._tensor import Tensor

_INDEX_TYPES = (d.int64, d.int32)


def _must_index(name: str, indices: Tensor) -> None:
    if indices.dtype not in _INDEX_TYPES:
        raise RuntimeError(
            f"Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"torch.{_legacy(indices.dtype)} instead (while checking arguments for {name})"
        )


def _legacy(kind: d.dtype) -> str:
    return f"{long_name(kind)}Tensor"


def embedding(
    input: Tensor, weight: Tensor, padding_idx: Any = None, max_norm: Any = None, norm_type: float = 2.0,  # noqa: A002
    scale_grad_by_freq: bool = False, sparse: bool = False,
) -> Tensor:
    if not isinstance(input, Tensor) and isinstance(weight, Tensor):
        raise TypeError(f"embedding(): argument 'indices' (position 2) must be Tensor, not {type(input).__name__}")
    table = weight._shape
    if input.dtype not in _INDEX_TYPES and weight.dtype in _INDEX_TYPES:
        # `torch.embedding` takes the table first.
        input, weight, table = weight, input, input._shape
    if len(table) != 2:
        raise RuntimeError("'weight' must be 2-D")
    _must_index("embedding", input)
    if padding_idx is not None and not -table[0] <= padding_idx < table[0]:
        raise AssertionError("Padding_idx must be within num_embeddings")
    if input._value:
        largest, smallest = max(input._value), min(input._value)
        if largest >= table[0] or smallest < 0:
            raise IndexError("index out of range in self")
    attributes = {} if padding_idx is None else {"padding_idx": padding_idx}
    return make("embedding", input._shape + (table[1],), weight.dtype, (input, weight), attributes)


def embedding_bag(
    input: Tensor, weight: Tensor, offsets: Any = None, max_norm: Any = None, norm_type: float = 2, scale_grad_by_freq: bool = False,  # noqa: A002
    mode: str = "mean", sparse: bool = False, per_sample_weights: Any = None, include_last_offset: bool = False, padding_idx: Any = None,
) -> Tensor:
    shape = input._shape
    if len(weight._shape) != 2:
        raise RuntimeError("'weight' must be 2-D")
    _must_index("embedding_bag", input)
    if mode not in ("sum", "mean", "max"):
        raise ValueError("mode has to be one of sum, mean or max")
    if per_sample_weights is not None:
        if per_sample_weights._shape != shape:
            raise ValueError(f"embedding_bag: If per_sample_weights ({list(per_sample_weights._shape)}) is not None, it must have the same shape as the input ({list(shape)})")
        if mode != "sum":
            raise NotImplementedError("embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got mode='" + mode + "').")
    if len(shape) == 2:
        if offsets is not None:
            raise ValueError("if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences.")
        bags = shape[0]
    elif len(shape) == 1:
        if offsets is None:
            raise ValueError("offsets has to be a 1D Tensor but got None")
        if len(offsets._shape) != 1:
            raise ValueError("offsets has to be a 1D Tensor")
        bags = offsets._shape[0] - (1 if include_last_offset else 0)
    else:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {len(shape)}")
    inputs = (input, weight, offsets, per_sample_weights)
    return make("embedding_bag", (bags, weight._shape[1]), weight.dtype, inputs, {"mode": mode, "include_last_offset": bool(include_last_offset)})


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    if tensor.dtype is not d.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    known = tensor._value
    if num_classes == -1:
        if count(tensor._shape) == 0:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
        if known is None:
            raise values.DataDependent("one_hot() without num_classes needs the largest index, which depends on data")
        num_classes = max(known) + 1
    if num_classes <= 0 and count(tensor._shape) == 0:
        raise RuntimeError("num_classes should be positive")
    value = None
    if known is not None:
        if known and min(known) < 0:
            raise RuntimeError("Class values must be non-negative.")
        if known and max(known) >= num_classes:
            raise RuntimeError("Class values must be smaller than num_classes.")
        if values.fits(len(known) * num_classes, False):
            value = [int(item == column) for item in known for column in range(num_classes)]
    return make("one_hot", tensor._shape + (num_classes,), d.int64, (tensor,), {"num_classes": num_classes}, value)


__all__ = ["embedding", "embedding_bag", "one_hot"]
