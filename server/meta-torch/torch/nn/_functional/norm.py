"""Normalisations: of a batch, a layer, groups, instances, by root mean square, by response, by length."""

from __future__ import annotations

from typing import Any

from ..._meta import dtype as d
from ..._meta.shape import axes, count
from ..._ops.registry import long_name, make
from ..._tensor import Tensor
from .common import full_type


def _must_fit(name: str, what: str, tensor: Any, channels: int) -> None:
    if tensor is not None and count(tensor._shape) != channels:
        raise RuntimeError(f"{what} should contain {channels} elements not {count(tensor._shape)}")


def _must_float(kernel: str, input: Tensor) -> None:  # noqa: A002
    if input.dtype.category < d.FLOAT:
        raise RuntimeError(f'"{kernel}" not implemented for \'{long_name(input.dtype)}\'')


def batch_norm(
    input: Tensor, running_mean: Any, running_var: Any, weight: Any = None, bias: Any = None, training: bool = False,  # noqa: A002
    momentum: float = 0.1, eps: float = 1e-5, cudnn_enabled: bool = True,
) -> Tensor:
    if eps < 0:
        raise ValueError("batch_norm eps must be positive")
    shape = input._shape
    if len(shape) < 2:
        raise IndexError("Dimension out of range (expected to be in range of [-1, 0], but got 1)" if shape else "Dimension specified as 1 but tensor has no dimensions")
    if training and count(shape) // max(shape[1], 1) <= 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size torch.Size({list(shape)})")
    channels = shape[1]
    if running_mean is not None:
        _must_fit("batch_norm", "running_mean", running_mean, channels)
    elif not training:
        raise RuntimeError("running_mean must be defined in evaluation mode")
    if running_var is not None:
        _must_fit("batch_norm", "running_var", running_var, channels)
    elif not training:
        raise RuntimeError("running_var must be defined in evaluation mode")
    _must_fit("batch_norm", "weight", weight, channels)
    _must_fit("batch_norm", "bias", bias, channels)
    _must_float("batch_norm", input)
    attributes = {"training": bool(training), "momentum": momentum, "eps": eps}
    return make("batch_norm", shape, input.dtype, (input, running_mean, running_var, weight, bias), attributes)


def instance_norm(
    input: Tensor, running_mean: Any = None, running_var: Any = None, weight: Any = None, bias: Any = None,  # noqa: A002
    use_input_stats: bool = True, momentum: float = 0.1, eps: float = 1e-5, cudnn_enabled: bool = True,
) -> Tensor:
    shape = input._shape
    if len(shape) < 2:
        raise IndexError("Dimension out of range (expected to be in range of [-1, 0], but got 1)")
    if use_input_stats and count(shape[2:]) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size torch.Size({list(shape)})")
    for what, tensor in (("running_mean", running_mean), ("running_var", running_var), ("weight", weight), ("bias", bias)):
        _must_fit("instance_norm", what, tensor, shape[1])
    if not use_input_stats and running_mean is None:
        raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
    _must_float("batch_norm", input)
    attributes = {"use_input_stats": bool(use_input_stats), "momentum": momentum, "eps": eps}
    return make("instance_norm", shape, input.dtype, (input, running_mean, running_var, weight, bias), attributes)


def _normalized(name: str, input: Tensor, normalized_shape: Any, weight: Any, bias: Any) -> tuple:  # noqa: A002
    normal = (normalized_shape,) if type(normalized_shape) is int else tuple(normalized_shape)
    if not normal:
        raise RuntimeError("Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []")
    for what, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None and tensor._shape != normal:
            raise RuntimeError(
                f"Expected {what} to be of same shape as normalized_shape, but got {what} of shape {list(tensor._shape)} and "
                f"normalized_shape = {list(normal)}"
            )
    shape = input._shape
    if len(shape) < len(normal) or shape[-len(normal):] != normal:
        wanted = ", ".join(str(item) for item in normal)
        raise RuntimeError(
            f"Given normalized_shape={list(normal)}, expected input with shape [*, {wanted}], but got input of size{list(shape)}"
        )
    return normal


def layer_norm(input: Tensor, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5, cudnn_enable: bool = True) -> Tensor:  # noqa: A002
    normal = _normalized("layer_norm", input, normalized_shape, weight, bias)
    _must_float("LayerNormKernelImpl", input)
    kind = full_type("layer_norm", input)
    if weight is not None and weight.dtype is not input.dtype and kind is input.dtype and weight.dtype is not d.float32:
        raise RuntimeError(f"expected scalar type {long_name(input.dtype)} but found {long_name(weight.dtype)}")
    return make("layer_norm", input._shape, kind, (input, weight, bias), {"normalized_shape": list(normal), "eps": eps})


def rms_norm(input: Tensor, normalized_shape: Any, weight: Any = None, eps: Any = None) -> Tensor:  # noqa: A002
    normal = _normalized("rms_norm", input, normalized_shape, weight, None)
    attributes: dict = {"normalized_shape": list(normal)}
    if eps is not None:
        attributes["eps"] = eps
    return make("rms_norm", input._shape, input.dtype, (input, weight), attributes)


def group_norm(input: Tensor, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5, cudnn_enabled: bool = True) -> Tensor:  # noqa: A002
    shape = input._shape
    if len(shape) < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {len(shape)}")
    if num_groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    channels = shape[1]
    if channels % num_groups:
        raise RuntimeError(
            f"Expected number of channels in input to be divisible by num_groups, but got input of shape {list(shape)} and "
            f"num_groups={num_groups}"
        )
    for what, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None and tensor._shape != (channels,):
            raise RuntimeError(
                f"Expected {what} to be a vector of size equal to the number of channels in input, but got {what} of shape "
                f"{list(tensor._shape)} and input of shape {list(shape)}"
            )
    if count(shape[2:]) * channels // num_groups * shape[0] == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size torch.Size({list(shape)})")
    _must_float("GroupNormKernelImpl", input)
    kind = full_type("group_norm", input)
    return make("group_norm", shape, kind, (input, weight, bias), {"num_groups": num_groups, "eps": eps})


def local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:  # noqa: A002
    if len(input._shape) < 3:
        raise ValueError(f"Expected 3D or higher dimensionality                          input (got {len(input._shape)} dimensions)")
    attributes = {"size": size, "alpha": alpha, "beta": beta, "k": k}
    return make("local_response_norm", input._shape, input.dtype, (input,), attributes)


def normalize(input: Tensor, p: float = 2.0, dim: Any = 1, eps: float = 1e-12, out: Any = None) -> Tensor:  # noqa: A002
    axes(dim, len(input._shape))
    if input.dtype.category < d.FLOAT:
        raise RuntimeError(f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {long_name(input.dtype)}")
    return make("normalize", input._shape, input.dtype, (input,), {"p": p, "dim": list(dim) if isinstance(dim, (tuple, list)) else dim, "eps": eps})


def native_layer_norm(input: Tensor, normalized_shape: Any, weight: Any, bias: Any, eps: float) -> tuple:  # noqa: A002
    from ..._tensor import fresh

    result = layer_norm(input, normalized_shape, weight, bias, eps)
    lead = input._shape[: len(input._shape) - len(tuple(normalized_shape))]
    statistic = lead + (1,) * len(tuple(normalized_shape))
    return result, fresh(statistic, input.dtype), fresh(statistic, input.dtype)


def native_group_norm(input: Tensor, weight: Any, bias: Any, N: int, C: int, HxW: int, group: int, eps: float) -> tuple:  # noqa: A002, N803
    from ..._tensor import fresh

    result = group_norm(input, group, weight, bias, eps)
    return result, fresh((N, group), input.dtype), fresh((N, group), input.dtype)


def native_batch_norm(input: Tensor, weight: Any, bias: Any, running_mean: Any, running_var: Any, training: bool, momentum: float, eps: float) -> tuple:  # noqa: A002
    from ..._tensor import fresh

    result = batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)
    statistic = (input._shape[1],) if training else (0,)
    return result, fresh(statistic, input.dtype), fresh(statistic, input.dtype)
