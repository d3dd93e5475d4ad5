"""`vmap`: the function of each slice, stacked, as its definition says."""

from __future__ import annotations

import functools
from typing import Any, Callable

from .._meta import recorder
from .._tensor import Tensor
from .registry import functions

#: Above so many slices one stands for all.
_SLICE_LIMIT = 64


def vmap(func: Callable, in_dims: Any = 0, out_dims: Any = 0, randomness: str = "error", *, chunk_size: int | None = None) -> Callable:
    @functools.wraps(func)
    def mapped(*args: Any, **options: Any) -> Any:
        dims = in_dims if isinstance(in_dims, (tuple, list)) else (in_dims,) * len(args)
        if len(dims) != len(args):
            raise ValueError(f"vmap: in_dims has {len(dims)} entries, but there are {len(args)} arguments")
        sizes = [_size(argument, dim) for argument, dim in zip(args, dims)]
        known = [size for size in sizes if size is not None]
        if not known:
            raise ValueError("vmap: at least one argument must have a dimension to map over")
        if len(set(known)) > 1:
            raise ValueError(f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {known}")
        size = known[0]
        count = size if size <= _SLICE_LIMIT else 1
        if count != size:
            recorder.note("approximation", f"Of {size} slices that vmap maps over, one is counted.")
        results = [func(*[_slice(argument, dim, at) for argument, dim in zip(args, dims)], **options) for at in range(count)]
        return _stacked(results, out_dims, size)

    return mapped


def _size(argument: Any, dim: Any) -> int | None:
    if isinstance(argument, (tuple, list)):
        found = [_size(item, each) for item, each in zip(argument, _spread(dim, len(argument)))]
        return next((size for size in found if size is not None), None)
    if isinstance(argument, dict):
        return next((size for size in (_size(item, dim) for item in argument.values()) if size is not None), None)
    return argument.size(dim) if isinstance(argument, Tensor) and dim is not None else None


def _spread(dim: Any, count: int) -> Any:
    return dim if isinstance(dim, (tuple, list)) else (dim,) * count


def _slice(argument: Any, dim: Any, at: int) -> Any:
    if isinstance(argument, (tuple, list)):
        return type(argument)(_slice(item, each, at) for item, each in zip(argument, _spread(dim, len(argument))))
    if isinstance(argument, dict):
        return {name: _slice(item, dim, at) for name, item in argument.items()}
    return argument.select(dim, at) if isinstance(argument, Tensor) and dim is not None else argument


def _stacked(results: list, out_dims: Any, size: int) -> Any:
    first = results[0]
    if isinstance(first, (tuple, list)):
        dims = _spread(out_dims, len(first))
        return type(first)(_stacked([result[place] for result in results], dims[place], size) for place in range(len(first)))
    if isinstance(first, dict):
        return {name: _stacked([result[name] for result in results], out_dims, size) for name in first}
    if not isinstance(first, Tensor) or out_dims is None:
        return first
    dim = out_dims[0] if isinstance(out_dims, (tuple, list)) else out_dims
    if len(results) == size:
        return functions["stack"](results, dim)
    wide = first.unsqueeze(dim)
    return wide.expand(*[size if place == dim % wide.dim() else -1 for place in range(wide.dim())])
