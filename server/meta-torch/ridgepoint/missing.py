"""Imports that nobody has found: stand-ins take their places, and the user is told where the file itself asks for one."""

from __future__ import annotations

import ast
from typing import Any

from . import failures, opaque, places
from .tree_nodes import nodes_of

_kept: set[str] = set()


def begin() -> None:
    """From here on a missing import does not stop a program."""
    opaque.install()
    opaque.missing.clear()
    opaque.missing.update(_kept)


def keep() -> None:
    """What libraries miss that stay imported is missing for whoever comes later too."""
    _kept.update(opaque.missing)


def missing_imports() -> list[str]:
    """Sorted; empty while nothing is missing."""
    return sorted(opaque.missing)


def is_stand_in(module: Any) -> bool:
    return isinstance(module, opaque.OpaqueModule)


def problems_of(tree: ast.Module, file: str) -> list[dict]:
    """One for each import of the file itself that is missing; what libraries lack among themselves is their business."""
    found: list[dict] = []
    told: set[str] = set()
    if not opaque.missing:
        return found
    for node in nodes_of(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        else:
            continue
        for name in names:
            top = name.partition(".")[0]
            if top not in opaque.missing or top in told:
                continue
            told.add(top)
            found.append(
                failures.problem(
                    "RP1510", "information",
                    f"`{top}` is not found; a stand-in takes its place. Add the folder that has it to the Python path.",
                    places.range_of_node(file, node),
                )
            )
    return found
