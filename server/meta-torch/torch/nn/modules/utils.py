"""Sizes given as one number or one a dimension."""

from __future__ import annotations

import collections.abc
from typing import Any, Callable


def _ntuple(n: int, name: str = "parse") -> Callable[[Any], tuple]:
    return _SPREADERS[n] if n in _SPREADERS else _make(n)


def _make(n: int) -> Callable[[Any], tuple]:
    def parse(value: Any) -> tuple:
        if type(value) is int:
            return (value,) * n
        if isinstance(value, collections.abc.Iterable):
            return tuple(value)
        return (value,) * n

    return parse


_SPREADERS = {n: _make(n) for n in (1, 2, 3, 4)}
_single, _pair, _triple, _quadruple = _SPREADERS[1], _SPREADERS[2], _SPREADERS[3], _SPREADERS[4]


def _reverse_repeat_tuple(t: tuple, n: int) -> tuple:
    return tuple(item for item in reversed(t) for _ in range(n))


def _list_with_default(out_size: Any, defaults: list) -> list:
    if isinstance(out_size, int):
        return out_size  # type: ignore[return-value]
    return [given if given is not None else default for given, default in zip(out_size, defaults[-len(out_size):])]


def consume_prefix_in_state_dict_if_present(state_dict: dict, prefix: str) -> None:
    """Takes a prefix off the names, such as the one that a parallel wrapper adds."""
    for key in list(state_dict):
        if key.startswith(prefix):
            state_dict[key[len(prefix):]] = state_dict.pop(key)
