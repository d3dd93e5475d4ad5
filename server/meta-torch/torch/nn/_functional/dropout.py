"""Dropout: records nothing when it does nothing, which is always outside training."""

from __future__ import annotations

from typing import Any

from ..._meta import dtype as d
from ..._ops.registry import long_name, make, overwrite
from ..._tensor import Tensor


def _dropout(name: str, is_on: bool = True) -> Any:
    def drop(input: Tensor, p: float = 0.5, training: bool = is_on, inplace: bool = False) -> Tensor:  # noqa: A002
        if p < 0.0 or p > 1.0:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        if not training or p == 0.0:
            return input
        if input.dtype.category < d.FLOAT:
            raise RuntimeError(f"result type Float can't be cast to the desired output type {long_name(input.dtype)}")
        result = make(name, input._shape, input.dtype, (input,), {"p": p})
        return overwrite(input, result) if inplace else result

    drop.__name__ = name
    return drop


dropout, dropout1d, dropout2d, dropout3d = _dropout("dropout"), _dropout("dropout1d"), _dropout("dropout2d"), _dropout("dropout3d")
alpha_dropout, feature_alpha_dropout = _dropout("alpha_dropout", False), _dropout("feature_alpha_dropout", False)
feature_dropout = _dropout("feature_dropout")


def dropout_(input: Tensor, p: float = 0.5, training: bool = True) -> Tensor:  # noqa: A002
    return dropout(input, p, training, True)


def alpha_dropout_(input: Tensor, p: float = 0.5, training: bool = True) -> Tensor:  # noqa: A002
    return alpha_dropout(input, p, training, True)


def native_dropout(input: Tensor, p: float, train: Any) -> tuple:  # noqa: A002
    from ..._tensor import fresh

    return dropout(input, p, train is not False), fresh(input._shape, d.bool_)
