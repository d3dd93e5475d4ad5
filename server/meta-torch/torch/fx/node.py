"""Nodes of a graph that is not made."""

from __future__ import annotations

from typing import Any


class Node:
    op = target = name = ""
    args: tuple = ()
    kwargs: dict = {}


Argument = Target = Any


def map_arg(a: Any, fn: Any) -> Any:
    return a


map_aggregate = map_arg
