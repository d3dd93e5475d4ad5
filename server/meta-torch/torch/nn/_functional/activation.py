"""Activations, soft maxima and gates: all keep the shape, except `glu`, which halves one dimension."""

from __future__ import annotations

from typing import Any

from ..._meta import dtype as d
from ..._meta import values
from ..._meta.shape import axis, count
from ..._ops.registry import functions, long_name, make, operator, overwrite
from ..._tensor import Tensor

_sigmoid, _tanh = functions["sigmoid"], functions["tanh"]


def _must_float(kernel: str, input: Tensor) -> None:  # noqa: A002
    if input.dtype.category < d.FLOAT:
        raise RuntimeError(f'"{kernel}" not implemented for \'{long_name(input.dtype)}\'')


def _finish(name: str, input: Tensor, inplace: bool, attributes: dict | None = None, inputs: tuple | None = None) -> Tensor:  # noqa: A002
    result = make(name, input._shape, input.dtype, inputs or (input,), attributes)
    return overwrite(input, result) if inplace else result


def relu(input: Tensor, inplace: bool = False) -> Tensor:  # noqa: A002
    if input.dtype is d.bool_:
        raise RuntimeError("Boolean inputs not supported for relu")
    result = make("relu", input._shape, input.dtype, (input,), None, values.apply(lambda x: max(x, 0), input._value) if input._value is not None else None)
    return overwrite(input, result) if inplace else result


def relu6(input: Tensor, inplace: bool = False) -> Tensor:  # noqa: A002
    if input.dtype is d.bool_:
        raise RuntimeError("Bool inputs not supported for hardtanh")
    return _finish("relu6", input, inplace)


def _named(name: str, kernel: str = "") -> Any:
    def activation(input: Tensor, inplace: bool = False) -> Tensor:  # noqa: A002
        _must_float(kernel or name, input)
        return _finish(name, input, inplace)

    activation.__name__ = name
    return activation


silu, mish, selu = _named("silu", "silu_cpu"), _named("mish", "mish_cpu"), _named("selu", "elu_cpu")
hardswish, hardsigmoid = _named("hardswish", "hardswish_cpu"), _named("hardsigmoid", "hardsigmoid_cpu")


def gelu(input: Tensor, *, approximate: str = "none") -> Tensor:  # noqa: A002
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    _must_float("GeluKernelImpl", input)
    return make("gelu", input._shape, input.dtype, (input,), {"approximate": approximate})


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:  # noqa: A002
    _must_float("elu_cpu", input)
    return _finish("elu", input, inplace, {"alpha": alpha})


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:  # noqa: A002
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    _must_float("elu_cpu", input)
    return _finish("celu", input, inplace, {"alpha": alpha})


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:  # noqa: A002
    _must_float("leaky_relu_cpu", input)
    return _finish("leaky_relu", input, inplace, {"negative_slope": negative_slope})


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:  # noqa: A002
    if input.dtype is d.bool_:
        raise RuntimeError("Bool inputs not supported for hardtanh")
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return _finish("hardtanh", input, inplace, {"min_val": min_val, "max_val": max_val})


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:  # noqa: A002
    if input.dtype is d.bool_:
        raise RuntimeError("\"threshold_cpu\" not implemented for 'Bool'")
    return _finish("threshold", input, inplace, {"threshold": threshold, "value": value})


def rrelu(input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False, inplace: bool = False) -> Tensor:  # noqa: A002
    _must_float("leaky_relu_cpu", input)
    return _finish("rrelu", input, inplace, {"lower": lower, "upper": upper, "training": bool(training)})


def prelu(input: Tensor, weight: Tensor) -> Tensor:  # noqa: A002
    if len(weight._shape) > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {len(weight._shape)}")
    slopes = count(weight._shape)
    if slopes != 1:
        if not input._shape:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = input._shape[1] if len(input._shape) > 1 else 1
        if channels != slopes:
            raise RuntimeError(f"Mismatch of parameter numbers and input channel size. Found parameter numbers = {slopes} and channel size = {channels}.")
    if weight.dtype is not input.dtype:
        raise RuntimeError(f"prelu: Type promoting not supported. Got {long_name(input.dtype)} and {long_name(weight.dtype)}")
    return make("prelu", input._shape, input.dtype, (input, weight))


def softplus(input: Tensor, beta: float = 1, threshold: float = 20) -> Tensor:  # noqa: A002
    _must_float("softplus_cpu", input)
    return make("softplus", input._shape, input.dtype, (input,), {"beta": beta, "threshold": threshold})


def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:  # noqa: A002
    _must_float("hardshrink_cpu", input)
    return make("hardshrink", input._shape, input.dtype, (input,), {"lambd": lambd})


def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:  # noqa: A002
    if lambd < 0:
        raise RuntimeError(f"lambda must be greater or equal to 0, but found to be {lambd}.")
    _must_float("softshrink_cpu", input)
    return make("softshrink", input._shape, input.dtype, (input,), {"lambd": lambd})


def logsigmoid(input: Tensor) -> Tensor:  # noqa: A002
    _must_float("log_sigmoid_forward_cpu", input)
    return make("logsigmoid", input._shape, input.dtype, (input,))


def softsign(input: Tensor) -> Tensor:  # noqa: A002
    kind = input.dtype if input.dtype.category >= d.FLOAT else d.default.floating
    if input.dtype is d.bool_:
        raise RuntimeError("\"abs_cpu\" not implemented for 'Bool'")
    return make("softsign", input._shape, kind, (input,))


def tanhshrink(input: Tensor) -> Tensor:  # noqa: A002
    kind = input.dtype if input.dtype.category >= d.FLOAT else d.default.floating
    if input.dtype is d.bool_:
        raise RuntimeError("Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.")
    return make("tanhshrink", input._shape, kind, (input,))


def sigmoid(input: Tensor) -> Tensor:  # noqa: A002
    return _sigmoid(input)


def tanh(input: Tensor) -> Tensor:  # noqa: A002
    return _tanh(input)


def _soft_dim(name: str, dim: Any, rank: int) -> int:
    """Without a dimension torch takes 0 for ranks 0, 1 and 3, and 1 otherwise."""
    if dim is None:
        return 0 if rank in (0, 1, 3) else 1
    return axis(dim, rank)


def _soft(name: str, kernel: str) -> Any:
    from .common import full_type

    def soft(input: Tensor, dim: Any = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:  # noqa: A002
        if isinstance(_stacklevel, d.dtype):
            dtype = _stacklevel
        where = _soft_dim(name, dim, len(input._shape))
        kind = dtype or full_type("softmax" if name != "log_softmax" else name, input)
        if kind.category < d.FLOAT:
            raise RuntimeError(f'"{kernel}" not implemented for \'{long_name(kind)}\'')
        return make(name, input._shape, kind, (input,), {"dim": where})

    soft.__name__ = name
    return soft


softmax = _soft("softmax", "softmax_lastdim_kernel_impl")
log_softmax = _soft("log_softmax", "log_softmax_lastdim_kernel_impl")
softmin = _soft("softmin", "softmax_lastdim_kernel_impl")


def gumbel_softmax(logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> Tensor:
    where = axis(dim, len(logits._shape))
    return make("gumbel_softmax", logits._shape, logits.dtype, (logits,), {"tau": tau, "hard": bool(hard), "dim": where})


def glu(input: Tensor, dim: int = -1) -> Tensor:  # noqa: A002
    shape = input._shape
    if not shape:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    where = axis(dim, len(shape))
    if shape[where] % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {where} is size {shape[where]}")
    _must_float("glu_cpu", input)
    return make("glu", shape[:where] + (shape[where] // 2,) + shape[where + 1:], input.dtype, (input,), {"dim": where})


def _in_place(function: Any) -> Any:
    def variant(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:  # noqa: A002
        return function(input, *args, inplace=True, **kwargs)

    variant.__name__ = function.__name__ + "_"
    return variant


relu_, relu6_, elu_, celu_, selu_ = _in_place(relu), _in_place(relu6), _in_place(elu), _in_place(celu), _in_place(selu)
leaky_relu_, hardtanh_, threshold_, rrelu_ = _in_place(leaky_relu), _in_place(hardtanh), _in_place(threshold), _in_place(rrelu)
hardswish_, hardsigmoid_, silu_, mish_ = _in_place(hardswish), _in_place(hardsigmoid), _in_place(silu), _in_place(mish)


# Methods and functions of `torch` itself.


def _method_soft(function: Any) -> Any:
    def method(input: Tensor, dim: Any = None, dtype: Any = None) -> Tensor:  # noqa: A002
        return function(input, dim, 3, dtype)

    return method


for _name, _function in (("softmax", softmax), ("log_softmax", log_softmax)):
    operator(_name)(_method_soft(_function))
operator("prelu")(prelu)
operator("hardshrink")(hardshrink)
for _name, _function in (("selu", selu), ("celu", celu), ("rrelu", rrelu), ("threshold", threshold)):
    operator(_name, in_place=True, method=False)(_function)
