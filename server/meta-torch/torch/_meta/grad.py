"""Whether gradients would be kept; only `requires_grad` of results and a few branches of users depend on it."""

from __future__ import annotations


class _Mode:
    __slots__ = ("enabled", "inference")

    def __init__(self) -> None:
        self.enabled = True
        self.inference = False


mode = _Mode()


class Node:
    """Stands for the autograd node of a result; there is nothing to differentiate."""

    next_functions: tuple = ()
    metadata: dict = {}

    def name(self) -> str:
        return "ShapeOnlyBackward"

    def register_hook(self, hook: object) -> None:
        return None


node = Node()
