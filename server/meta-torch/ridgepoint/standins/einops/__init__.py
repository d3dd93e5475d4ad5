"""Stands in where `einops` is not installed: patterns such as "b (h w) c -> b c h w", with its rules for their axes."""

from __future__ import annotations

import math
from typing import Any

import torch


class EinopsError(RuntimeError):
    pass


def _terms(side: str) -> list:
    """Each term is a list of names; "1" is an empty one; a "..." outside brackets is the text itself."""
    terms: list = []
    group: list | None = None
    for token in side.replace("(", " ( ").replace(")", " ) ").replace("…", "...").split():
        if token == "(":
            group = []
        elif token == ")":
            terms.append(group)
            group = None
        elif group is not None:
            if token != "1":
                group.append(token)
        elif token == "...":
            terms.append(token)
        else:
            terms.append([] if token == "1" else [token])
    return terms


def _sizes(pattern: str, left: list, shape: tuple, given: dict) -> dict:
    if len(left) != len(shape):
        raise EinopsError(f'Error while processing pattern "{pattern}".\n Expected {len(left)} dimensions, got {len(shape)}: {list(shape)}')
    sizes = {name: int(extent) for name, extent in given.items()}
    for term, extent in zip(left, shape):
        unknown = [name for name in term if name not in sizes]
        known = math.prod(sizes[name] for name in term if name in sizes)
        if len(unknown) > 1:
            raise EinopsError(f"Could not infer sizes for {set(unknown)} in \"{pattern}\"")
        if unknown:
            if known == 0 or extent % known:
                raise EinopsError(f'Error while processing pattern "{pattern}": shape mismatch, can\'t divide axis of length {extent} in chunks of {known}')
            sizes[unknown[0]] = extent // known
        elif known != extent:
            raise EinopsError(f'Error while processing pattern "{pattern}": shape mismatch, {extent} != {known}')
    return sizes


def _apply(tensor: Any, pattern: str, reduction: Any, given: dict) -> Any:
    if isinstance(tensor, (list, tuple)):
        tensor = torch.stack(list(tensor), 0)
    first, _, second = pattern.partition("->")
    raw = _terms(first)
    rank = tensor.dim()
    width = rank - (len(raw) - 1) if "..." in raw else 0
    left, right = _spread(raw, width), _spread(_terms(second), width)
    sizes = _sizes(pattern, left, tuple(tensor.shape), given)
    flat = [name for term in left for name in term]
    wanted = [name for term in right for name in term]
    tensor = tensor.reshape([sizes[name] for name in flat]) if [len(term) for term in left] != [1] * rank else tensor
    gone = [index for index, name in enumerate(flat) if name not in wanted]
    if gone:
        if reduction is None:
            raise EinopsError(f"Identifiers only on one side of expression (should be on both): {{{', '.join(flat[index] for index in gone)}}}")
        tensor = _reduced(tensor, reduction, gone)
        flat = [name for name in flat if name in wanted]
    new = [name for name in wanted if name not in flat]
    for name in new:
        size = sizes.get(name, int(name) if name.isdigit() else None)
        if size is None:
            raise EinopsError(f"Identifiers only on one side of expression (should be on both): {{{name}}}")
        sizes[name] = size
    order = [flat.index(name) for name in wanted if name in flat]
    if order != list(range(len(order))):
        tensor = tensor.permute(order)
    if new:
        shape, extents = [], []
        for name in wanted:
            shape.append(1 if name in new else sizes[name])
            extents.append(sizes[name])
        tensor = tensor.reshape(shape).expand(extents)
    if [len(term) for term in right] != [1] * len(wanted):
        tensor = tensor.reshape([math.prod(sizes[name] for name in term) for term in right])
    return tensor


def _spread(terms: list, width: int) -> list:
    """Names of the axes that an ellipsis stands for."""
    names = [f"…{index}" for index in range(width)]
    found: list = []
    for term in terms:
        if term == "...":
            found.extend([name] for name in names)
        else:
            found.append([part for name in term for part in (names if name == "..." else [name])])
    return found


def _reduced(tensor: Any, reduction: Any, axes: list) -> Any:
    if callable(reduction):
        return reduction(tensor, tuple(axes))
    if reduction in ("max", "min"):
        return getattr(tensor, "a" + reduction)(dim=tuple(axes))
    if reduction == "prod":
        for axis in sorted(axes, reverse=True):
            tensor = tensor.prod(dim=axis)
        return tensor
    if reduction in ("any", "all"):
        for axis in sorted(axes, reverse=True):
            tensor = getattr(tensor, reduction)(dim=axis)
        return tensor
    return getattr(tensor, reduction)(dim=tuple(axes))


def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> Any:
    return _apply(tensor, pattern, None, axes_lengths)


def repeat(tensor: Any, pattern: str, **axes_lengths: int) -> Any:
    return _apply(tensor, pattern, "max", axes_lengths)


def reduce(tensor: Any, pattern: str, reduction: Any, **axes_lengths: int) -> Any:
    return _apply(tensor, pattern, reduction, axes_lengths)


def einsum(*args: Any) -> Any:
    """Named axes, the pattern last."""
    *tensors, pattern = args
    letters: dict = {}

    def short(side: str) -> str:
        return "".join("..." if name == "..." else letters.setdefault(name, chr(97 + len(letters))) for name in side.split())

    left, _, right = pattern.partition("->")
    return torch.einsum(",".join(short(term) for term in left.split(",")) + "->" + short(right), *tensors)


def pack(tensors: Any, pattern: str) -> tuple:
    names = pattern.split()
    star, after = names.index("*"), len(names) - names.index("*") - 1
    shapes, flat = [], []
    for tensor in tensors:
        end = tensor.dim() - after
        shapes.append(tuple(tensor.shape[star:end]))
        flat.append(tensor.reshape(*tensor.shape[:star], -1, *tensor.shape[end:]))
    return torch.cat(flat, dim=star), shapes


def unpack(tensor: Any, packed_shapes: Any, pattern: str) -> list:
    star = pattern.split().index("*")
    sizes = [math.prod(shape) for shape in packed_shapes]
    parts = tensor.split(sizes, dim=star)
    return [part.reshape(*part.shape[:star], *shape, *part.shape[star + 1 :]) for part, shape in zip(parts, packed_shapes)]


def parse_shape(x: Any, pattern: str) -> dict:
    return {name: extent for name, extent in zip(pattern.split(), x.shape) if name != "_"}


def asnumpy(tensor: Any) -> Any:
    return tensor.numpy()
