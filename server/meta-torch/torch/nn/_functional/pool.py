"""Pooling windows. Extents: torch's documentation of `MaxPool2d`, `AvgPool2d` and `FractionalMaxPool2d`."""

from __future__ import annotations

from typing import Any

from ..._meta import dtype as d
from ..._ops.registry import long_name, make, make_many
from ..._tensor import Tensor
from .common import as_ints


def _spatial(name: str, input: Tensor, rank: int) -> tuple:  # noqa: A002
    shape = input._shape
    if len(shape) not in (rank + 1, rank + 2):
        if rank == 2:
            raise RuntimeError(f"{name}: Expected 3D or 4D (batch mode) tensor expected for input, but got: {list(shape)}")
        raise RuntimeError(f"{name}: Expected {rank + 1}D or {rank + 2}D (batch mode) tensor, but got: {list(shape)}")
    if 0 in shape[1:] and not (len(shape) == rank + 1 and shape[0] == 0 and 0 not in shape[1:]):
        raise RuntimeError(f"{name}: Expected input with optional 0 batch dim and non-zero dims, but got: {list(shape)}")
    return shape[-rank:]


def _extent(size: int, kernel: int, pad: int, stride: int, dilation: int, is_ceil: bool) -> int:
    """Windows that start inside the input or its leading padding."""
    reach = size + 2 * pad - dilation * (kernel - 1) - 1
    count = (reach + (stride - 1 if is_ceil else 0)) // stride + 1
    if is_ceil and (count - 1) * stride >= size + pad:
        count -= 1
    return count


def _windows(name: str, spatial: tuple, kernel: tuple, stride: tuple, padding: tuple, dilation: tuple, is_ceil: bool, channels: int) -> tuple:
    if min(kernel) <= 0:
        raise RuntimeError("kernel size should be greater than zero, but got " + " ".join(f"k: {item}" for item in kernel))
    if min(stride) <= 0:
        raise RuntimeError("stride should not be zero")
    if min(dilation) <= 0:
        raise RuntimeError("dilation should be greater than zero")
    result = []
    for axis, size in enumerate(spatial):
        pad = padding[axis]
        if not 0 <= pad * 2 <= ((kernel[axis] - 1) * dilation[axis] + 1):
            raise RuntimeError(f"pad should be at most half of effective kernel size, but got pad={pad}, kernel_size={kernel[axis]} and dilation={dilation[axis]}")
        result.append(_extent(size, kernel[axis], pad, stride[axis], dilation[axis], is_ceil))
    # torch's max_pool1d has a path of its own, which lets an empty result pass.
    if min(result) < (0 if name == "max_pool1d" else 1):
        one = "x".join(str(item) for item in (channels, *spatial))
        other = "x".join(str(item) for item in (channels, *result))
        raise RuntimeError(f"Given input size: ({one}). Calculated output size: ({other}). Output size is too small")
    return tuple(result)


def _max(rank: int) -> tuple:
    name = f"max_pool{rank}d"

    def plain(
        input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False,  # noqa: A002
        return_indices: bool = False,
    ) -> Any:
        if return_indices:
            return with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)
        shape, attributes = _max_shape(name, rank, input, kernel_size, stride, padding, dilation, ceil_mode)
        return make(name, shape, input.dtype, (input,), attributes)

    def with_indices(
        input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False,  # noqa: A002
        return_indices: bool = True,
    ) -> tuple:
        shape, attributes = _max_shape(name + "_with_indices", rank, input, kernel_size, stride, padding, dilation, ceil_mode)
        return tuple(make_many(name, (input,), [(shape, input.dtype, None), (shape, d.int64, None)], attributes))

    plain.__name__, with_indices.__name__ = name, name + "_with_indices"
    return plain, with_indices


def _max_shape(name: str, rank: int, input: Tensor, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool) -> tuple:  # noqa: A002
    kernel = as_ints(kernel_size, rank, "kernel_size")
    stride = kernel if stride is None or stride == [] or stride == () else as_ints(stride, rank, "stride")
    padding, dilation = as_ints(padding, rank, "padding"), as_ints(dilation, rank, "dilation")
    spatial = _spatial(name, input, rank)
    if input.dtype is d.bool_ or input.dtype.category == d.COMPLEX:
        raise RuntimeError(f'"{name}" not implemented for \'{long_name(input.dtype)}\'')
    lead = input._shape[:-rank]
    result = lead + _windows(name, spatial, kernel, stride, padding, dilation, ceil_mode, lead[-1])
    return result, {
        "kernel_size": list(kernel), "stride": list(stride), "padding": list(padding), "dilation": list(dilation),
        "ceil_mode": bool(ceil_mode),
    }


max_pool1d, max_pool1d_with_indices = _max(1)
max_pool2d, max_pool2d_with_indices = _max(2)
max_pool3d, max_pool3d_with_indices = _max(3)


def _average(name: str, rank: int, input: Tensor, kernel_size: Any, stride: Any, padding: Any, ceil_mode: bool, count_include_pad: bool, divisor: Any) -> Tensor:  # noqa: A002
    kernel = as_ints(kernel_size, rank, "kernel_size")
    stride = kernel if stride is None or stride == [] or stride == () else as_ints(stride, rank, "stride")
    padding = as_ints(padding, rank, "padding")
    spatial = _spatial(name, input, rank)
    if divisor == 0:
        raise RuntimeError("divisor must be not zero")
    if input.dtype.category < d.FLOAT and input.dtype is not d.int64:
        raise RuntimeError(f'"{name}_out_frame" not implemented for \'{long_name(input.dtype)}\'')
    if rank == 3 and any(extent < reach for extent, reach in zip(spatial, kernel)):
        sizes = "T: {} H: {} W: {}".format(*spatial), "kT: {} kH: {} kW: {}".format(*kernel)
        raise RuntimeError(f"input image ({sizes[0]}) smaller than kernel size ({sizes[1]})")
    lead = input._shape[:-rank]
    result = lead + _windows(name, spatial, kernel, stride, padding, (1,) * rank, ceil_mode, lead[-1])
    attributes: dict = {
        "kernel_size": list(kernel), "stride": list(stride), "padding": list(padding), "ceil_mode": bool(ceil_mode),
        "count_include_pad": bool(count_include_pad),
    }
    if divisor is not None:
        attributes["divisor_override"] = divisor
    return make(name, result, input.dtype, (input,), attributes)


def avg_pool1d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False, count_include_pad: bool = True) -> Tensor:  # noqa: A002
    return _average("avg_pool1d", 1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


def avg_pool2d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False, count_include_pad: bool = True, divisor_override: Any = None) -> Tensor:  # noqa: A002
    return _average("avg_pool2d", 2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def avg_pool3d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False, count_include_pad: bool = True, divisor_override: Any = None) -> Tensor:  # noqa: A002
    return _average("avg_pool3d", 3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def _adaptive_shape(name: str, rank: int, input: Tensor, output_size: Any) -> tuple:  # noqa: A002
    shape = input._shape
    if len(shape) not in (rank + 1, rank + 2):
        raise RuntimeError(f"{name}: Expected {rank + 1}D or {rank + 2}D tensor, but got {list(shape)}")
    if 0 in shape[-rank - 1:] and len(shape) == rank + 2 or 0 in shape[-rank:]:
        raise RuntimeError(f"{name}: Expected input to have non-zero size for non-batch dimensions, but input has sizes {list(shape)}")
    if rank == 1 and (output_size is None or (isinstance(output_size, (tuple, list)) and None in output_size)):
        raise TypeError(f"{name}(): argument 'output_size' (position 2) must be tuple of ints, not {type(output_size).__name__}")
    if output_size is None or type(output_size) is int:
        output_size = (output_size,) * rank
    elif isinstance(output_size, (tuple, list)) and len(output_size) == 1:
        output_size = tuple(output_size) * rank
    if not isinstance(output_size, (tuple, list)) or len(output_size) != rank:
        raise RuntimeError(f"{name}: internal error: output_size.size() must be {rank}")
    result = tuple([shape[axis - rank] if item is None else int(item) for axis, item in enumerate(output_size)])
    if min(result) < 0:
        raise RuntimeError(f"{name}: elements of output_size must be greater than or equal to 0 but received {list(result)}")
    return result


def _adaptive_avg(rank: int) -> Any:
    name = f"adaptive_avg_pool{rank}d"

    def pool(input: Tensor, output_size: Any) -> Tensor:  # noqa: A002
        result = _adaptive_shape(name, rank, input, output_size)
        if input.dtype.category < d.FLOAT:
            raise RuntimeError(f'"{name}" not implemented for \'{long_name(input.dtype)}\'')
        return make(name, input._shape[:-rank] + result, input.dtype, (input,), {"output_size": list(result)})

    pool.__name__ = name
    return pool


def _adaptive_max(rank: int) -> tuple:
    name = f"adaptive_max_pool{rank}d"

    def with_indices(input: Tensor, output_size: Any, return_indices: bool = True) -> tuple:  # noqa: A002
        result = _adaptive_shape(name, rank, input, output_size)
        shape = input._shape[:-rank] + result
        return tuple(make_many(name, (input,), [(shape, input.dtype, None), (shape, d.int64, None)], {"output_size": list(result)}))

    def pool(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:  # noqa: A002
        if return_indices:
            return with_indices(input, output_size)
        result = _adaptive_shape(name, rank, input, output_size)
        return make(name, input._shape[:-rank] + result, input.dtype, (input,), {"output_size": list(result)})

    pool.__name__, with_indices.__name__ = name, name + "_with_indices"
    return pool, with_indices


adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d = _adaptive_avg(1), _adaptive_avg(2), _adaptive_avg(3)
adaptive_max_pool1d, adaptive_max_pool1d_with_indices = _adaptive_max(1)
adaptive_max_pool2d, adaptive_max_pool2d_with_indices = _adaptive_max(2)
adaptive_max_pool3d, adaptive_max_pool3d_with_indices = _adaptive_max(3)


def _power(rank: int) -> Any:
    name = f"lp_pool{rank}d"

    def pool(input: Tensor, norm_type: Any, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Tensor:  # noqa: A002
        kernel = as_ints(kernel_size, rank, "kernel_size")
        stride = kernel if stride is None else as_ints(stride, rank, "stride")
        spatial = _spatial(name, input, rank)
        lead = input._shape[:-rank]
        zeros, ones = (0,) * rank, (1,) * rank
        result = lead + _windows(name, spatial, kernel, stride, zeros, ones, ceil_mode, lead[-1])
        attributes = {"norm_type": norm_type, "kernel_size": list(kernel), "stride": list(stride), "ceil_mode": bool(ceil_mode)}
        return make(name, result, input.dtype, (input,), attributes)

    pool.__name__ = name
    return pool


lp_pool1d, lp_pool2d, lp_pool3d = _power(1), _power(2), _power(3)


def _fractional(rank: int) -> tuple:
    name = f"fractional_max_pool{rank}d"

    def shape_of(input: Tensor, kernel_size: Any, output_size: Any, output_ratio: Any) -> tuple:  # noqa: A002
        kernel = as_ints(kernel_size, rank, "kernel_size")
        spatial = _spatial(name, input, rank)
        if output_size is None and output_ratio is None:
            raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
        if output_size is None:
            ratios = (output_ratio,) * rank if isinstance(output_ratio, (int, float)) else tuple(output_ratio)
            output_size = tuple(int(extent * ratio) for extent, ratio in zip(spatial, ratios))
        result = as_ints(output_size, rank, "output_size")
        for extent, window, size in zip(result, kernel, spatial):
            if extent + window - 1 > size:
                raise RuntimeError(f"{name}(): pool {window} too large relative to input {size}")
        return input._shape[:-rank] + result, {"kernel_size": list(kernel), "output_size": list(result)}

    def with_indices(input: Tensor, kernel_size: Any, output_size: Any = None, output_ratio: Any = None, return_indices: bool = True, _random_samples: Any = None) -> tuple:  # noqa: A002
        shape, attributes = shape_of(input, kernel_size, output_size, output_ratio)
        return tuple(make_many(name, (input,), [(shape, input.dtype, None), (shape, d.int64, None)], attributes))

    def pool(input: Tensor, kernel_size: Any, output_size: Any = None, output_ratio: Any = None, return_indices: bool = False, _random_samples: Any = None) -> Any:  # noqa: A002
        if return_indices:
            return with_indices(input, kernel_size, output_size, output_ratio)
        shape, attributes = shape_of(input, kernel_size, output_size, output_ratio)
        return make(name, shape, input.dtype, (input,), attributes)

    pool.__name__, with_indices.__name__ = name, name + "_with_indices"
    return pool, with_indices


fractional_max_pool2d, fractional_max_pool2d_with_indices = _fractional(2)
fractional_max_pool3d, fractional_max_pool3d_with_indices = _fractional(3)


def _unpool(rank: int) -> Any:
    name = f"max_unpool{rank}d"

    def unpool(input: Tensor, indices: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None) -> Tensor:  # noqa: A002
        kernel = as_ints(kernel_size, rank, "kernel_size")
        stride = kernel if stride is None else as_ints(stride, rank, "stride")
        padding = as_ints(padding, rank, "padding")
        spatial = _spatial(name, input, rank)
        if indices.dtype is not d.int64:
            raise RuntimeError(f"elements in indices should be type int64 but got: {long_name(indices.dtype)}")
        if indices._shape != input._shape:
            raise RuntimeError(f"Expected shape of indices to be same as that of the input tensor ({list(input._shape)}) but got indices tensor with shape: {list(indices._shape)}")
        default = [(extent - 1) * stride[axis] + kernel[axis] - 2 * padding[axis] for axis, extent in enumerate(spatial)]
        if output_size is None:
            result = default
        else:
            result = list(output_size)[-rank:]
            if len(result) != rank:
                raise ValueError(f"output_size should be a sequence containing {rank} or {rank + 2} elements, but it has a length of '{len(output_size)}'")
            for axis in range(rank):
                if not default[axis] - stride[axis] < result[axis] < default[axis] + stride[axis]:
                    raise ValueError(f'invalid output_size "{output_size}" (dim {axis} must be between {default[axis] - stride[axis]} and {default[axis] + stride[axis]})')
        return make(name, input._shape[:-rank] + tuple(result), input.dtype, (input, indices), {"output_size": list(result)})

    unpool.__name__ = name
    return unpool


max_unpool1d, max_unpool2d, max_unpool3d = _unpool(1), _unpool(2), _unpool(3)
