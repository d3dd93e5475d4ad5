"""`torch.nn.functional`: the families in `_functional`, under torch's names."""

from __future__ import annotations

from .._meta import dtype as _dtypes
from .._tensor import Tensor  # noqa: F401
from ._functional import (
    activation as _activation, attention as _attention, conv as _conv, distance as _distance, dropout as _dropout,
    embedding as _embedding, folding as _folding, grouped as _grouped, interpolate as _interpolate, linear as _linear,
    loss as _loss, norm as _norm, padding as _padding, pool as _pool, recurrent as _recurrent,
)
from ._functional.attention import _canonical_mask, _none_or_dtype  # noqa: F401
from ._functional.common import as_ints as _as_ints

for _family in (
    _activation, _attention, _conv, _distance, _dropout, _embedding, _folding, _grouped, _interpolate, _linear, _loss, _norm,
    _padding, _pool, _recurrent,
):
    for _name, _item in list(vars(_family).items()):
        if callable(_item) and not _name.startswith("_") and getattr(_item, "__module__", "") == _family.__name__:
            globals()[_name] = _item

has_torch_function = has_torch_function_unary = has_torch_function_variadic = lambda *args: False


def handle_torch_function(public_api, relevant_args, *args, **kwargs):  # type: ignore[no-untyped-def]
    return public_api(*args, **kwargs)


def _pair(value):  # type: ignore[no-untyped-def]
    return _as_ints(value, 2)


def _pad(input, pad_, mode="constant", value=None):  # type: ignore[no-untyped-def]  # noqa: A002
    return _padding.pad(input, pad_, mode, value)


def assert_int_or_pair(arg, arg_name, message):  # type: ignore[no-untyped-def]
    assert isinstance(arg, int) or len(arg) == 2, message.format(arg_name)


def _get_softmax_dim(name, ndim, stacklevel):  # type: ignore[no-untyped-def]
    return 0 if ndim in (0, 1, 3) else 1


DType = _dtypes.dtype
