"""All nodes of a syntax tree, walked once: a file is analysed at every edit, and walking it is a good part of that."""

from __future__ import annotations

import ast


def nodes_of(tree: ast.Module) -> list[ast.AST]:
    """As `ast.walk` gives them; the tree is not to be changed afterwards."""
    known = getattr(tree, "_ridgepoint_nodes", None)
    if known is None:
        known = list(ast.walk(tree))
        tree._ridgepoint_nodes = known
    return known
