"""Function transforms: `vmap` runs the function once, on one element, and puts the batch back."""

from __future__ import annotations

from typing import Any, Callable

from .._tensor import Tensor, fresh
from ..nn.utils.stateless import functional_call  # noqa: F401
from ..utils._pytree import tree_flatten, tree_map, tree_unflatten


def vmap(func: Callable, in_dims: Any = 0, out_dims: Any = 0, randomness: str = "error", *, chunk_size: Any = None) -> Callable:
    def mapped(*args: Any, **kwargs: Any) -> Any:
        batch = None
        taken = []
        dims = in_dims if isinstance(in_dims, (tuple, list)) else (in_dims,) * len(args)
        for arg, dim in zip(args, dims):
            leaves, spec = tree_flatten(arg)
            axes = tree_flatten(dim)[0] if not isinstance(dim, int) and dim is not None else [dim] * len(leaves)
            if len(axes) != len(leaves):
                axes = [dim] * len(leaves)
            found = []
            for leaf, axis in zip(leaves, axes):
                if isinstance(leaf, Tensor) and axis is not None:
                    batch = leaf._shape[axis]
                    leaf = leaf.select(axis, 0)
                found.append(leaf)
            taken.append(tree_unflatten(found, spec))
        if batch is None:
            raise ValueError("vmap: at least one input must be mapped over")
        result = func(*taken, **kwargs)
        where = out_dims if isinstance(out_dims, int) else 0
        return tree_map(lambda item: _batched(item, batch, where) if isinstance(item, Tensor) else item, result)

    return mapped


def _batched(item: Tensor, batch: int, where: int) -> Tensor:
    axis = where % (len(item._shape) + 1)
    return item.unsqueeze(axis).expand(*item._shape[:axis], batch, *item._shape[axis:])


def grad(func: Callable, argnums: Any = 0, has_aux: bool = False) -> Callable:
    def gradient(*args: Any, **kwargs: Any) -> Any:
        result = func(*args, **kwargs)
        wanted = args[argnums] if isinstance(argnums, int) else tuple(args[index] for index in argnums)
        made = tree_map(lambda item: fresh(item._shape, item.dtype) if isinstance(item, Tensor) else item, wanted)
        return (made, result[1]) if has_aux else made

    return gradient


def grad_and_value(func: Callable, argnums: Any = 0, has_aux: bool = False) -> Callable:
    return lambda *args, **kwargs: (grad(func, argnums)(*args, **kwargs), func(*args, **kwargs))


def jacrev(func: Callable, argnums: int = 0, **options: Any) -> Callable:
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        result = func(*args, **kwargs)
        return fresh(result._shape + args[argnums]._shape, result.dtype)

    return jacobian


jacfwd = jacrev


def hessian(func: Callable, argnums: int = 0) -> Callable:
    return lambda *args, **kwargs: fresh(args[argnums]._shape * 2, args[argnums].dtype)


def jvp(func: Callable, primals: Any, tangents: Any, **options: Any) -> tuple:
    result = func(*primals)
    return result, result


def vjp(func: Callable, *primals: Any, **options: Any) -> tuple:
    return func(*primals), lambda *cotangents: primals


def functionalize(func: Callable, **options: Any) -> Callable:
    return func


linearize = jvp


def stack_module_state(models: Any) -> tuple:
    def stacked(read: Callable) -> dict:
        return {name: fresh((len(models), *item._shape), item.dtype) for name, item in read(models[0])}

    return stacked(lambda model: model.named_parameters()), stacked(lambda model: model.named_buffers())


def debug_unwrap(tensor: Any, **options: Any) -> Any:
    return tensor
