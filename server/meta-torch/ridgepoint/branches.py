"""
Branches whose condition is a tensor: nobody knows its contents, so the source decides which way is counted, and a comment
on the line, or above it, decides otherwise: `# ridgepoint: branch=else`, of a loop `# ridgepoint: times=3`.

What raises is not taken, what a condition says plainly is, and a loop runs once.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Any

from .tree_nodes import nodes_of

_PIN = re.compile(r"#\s*ridgepoint\s*:\s*(?:(branch)\s*=\s*(then|else)|(times)\s*=\s*(\d{1,4}))\b")
_FILE_LIMIT = 200


@dataclass
class Site:
    """A condition in the source. `wanted` counts how often it is to hold, one evaluation after the other."""

    kind: str
    is_negated: bool
    wanted: int
    message: str
    pin: str


@dataclass
class Decision:
    #: What the tensor is taken for.
    is_true: bool
    #: Nothing where there is no branch to speak of.
    message: str
    #: The comment that would decide otherwise.
    pin: str


_ALWAYS = 1 << 30
_PLAIN = "This depends on tensor data; it is taken for true."
_trees: dict[str, tuple[ast.Module, list[str]] | None] = {}
_sites: dict[tuple, Site] = {}
#: By frame and place: the frame, so that its identity stays its own, and how often the condition has been asked.
_counts: dict[tuple, list] = {}


def clear() -> None:
    _trees.clear()
    _sites.clear()
    _counts.clear()


def decide(frame: Any, position: tuple) -> Decision:
    """`position` is a row of the recorder: file, line, column, …"""
    file, line, column = position[:3]
    key = (file, line, column)
    site = _sites.get(key)
    if site is None:
        site = _sites[key] = _site_at(file, line, column)
    count = _counts.setdefault((id(frame), *key), [frame, 0])
    count[1] += 1
    holds = count[1] <= site.wanted
    return Decision(holds != site.is_negated, site.message, site.pin)


def _site_at(file: str, line: int, column: int) -> Site:
    known = _tree_of(file)
    plain = Site("", False, _ALWAYS, _PLAIN, "")
    if known is None:
        return plain
    tree, lines = known
    found: Any = None
    for node in nodes_of(tree):
        test = getattr(node, "test", None)
        # Python has the jump at the condition, or at the whole statement.
        if isinstance(test, ast.expr) and (_holds(test, line, column) or (node.lineno, node.col_offset) == (line, column)):
            # A condition inside another's comes later.
            found = node
    if found is None:
        return plain
    if isinstance(found, ast.Assert):
        return Site("assert", _is_negated(found.test, line, column), _ALWAYS, "", "")
    return _site_of(found, _is_negated(found.test, line, column), tree, lines)


def _site_of(node: Any, is_negated: bool, tree: ast.Module, lines: list[str]) -> Site:
    pin = _pin_of(node, lines)
    if isinstance(node, ast.While):
        times = pin[1] if pin and pin[0] == "times" else 1
        return Site("while", is_negated, times, _loop_message(times), "" if pin else "times=2")
    if isinstance(node, ast.If) and isinstance(node.body[-1], ast.Break) and (pin is None or pin[0] == "times"):
        # A loop over something goes to its end; one without end leaves in the round in which the condition comes about.
        if pin is None and isinstance(_loop_around(node, tree), ast.For):
            message = f"When this loop ends depends on tensor data; it is counted to its end: `# ridgepoint: times=N` on this line says how often."
            return Site("break", is_negated, 0, message, "times=1")
        times = pin[1] if pin else 2 if is_negated else 1
        return Site("break", not is_negated, max(times - 1, 0), _loop_message(times), "" if pin else "times=4")
    if isinstance(node, (ast.If, ast.IfExp)):
        # `if counts[i] == 0: continue` leaves out what costs.
        last = node.body[-1] if isinstance(node, ast.If) else None
        leaves = isinstance(last, ast.Raise) or (isinstance(last, ast.Continue) and not node.orelse)
        takes = (not leaves and not is_negated) if pin is None else pin[1] > 0
        contrary = "branch=else" if takes else "branch=then"
        pinned = ", as the comment says" if pin else ""
        message = f"This branch depends on tensor data: {_counted(node, takes)}{pinned}. `# ridgepoint: {contrary}` on this line turns it round."
        return Site("if", is_negated, _ALWAYS if takes else 0, message, contrary)
    return Site("", is_negated, _ALWAYS, _PLAIN, "")


def _loop_message(times: int) -> str:
    counted = {1: "once", 2: "twice"}.get(times, f"{times} times")
    return f"How often this loop runs depends on tensor data; it is counted {counted}: `# ridgepoint: times=N` on this line says how often."


def _loop_around(node: Any, tree: ast.Module) -> Any:
    around = [
        loop for loop in nodes_of(tree) if isinstance(loop, (ast.For, ast.While)) and loop.lineno < node.lineno <= (loop.end_lineno or 0)
    ]
    return max(around, key=lambda loop: loop.lineno, default=None)


def _counted(node: Any, takes: bool) -> str:
    if isinstance(node, ast.IfExp):
        taken, left = (node.body, node.orelse) if takes else (node.orelse, node.body)
        return f"`{_short(taken)}` is counted, `{_short(left)}` is not"
    then, other = node.body[0].lineno, node.orelse[0].lineno if node.orelse else None
    if other is None:
        return f"line {then} is {'counted' if takes else 'left out'}"
    return f"line {then if takes else other} is counted, line {other if takes else then} is not"


def _short(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 40 else text[:39] + "…"


def _pin_of(node: Any, lines: list[str]) -> tuple[str, int] | None:
    """On the lines of the condition, or alone on the line above."""
    first, last = node.lineno, node.test.end_lineno or node.lineno
    texts = lines[first - 1 : last]
    if first >= 2 and lines[first - 2].lstrip().startswith("#"):
        texts = [lines[first - 2], *texts]
    for text in texts:
        match = _PIN.search(text)
        if match is None:
            continue
        if match.group(3):
            return "times", int(match.group(4))
        return "branch", int(match.group(2) == "then")
    return None


def _is_negated(test: ast.expr, line: int, column: int) -> bool:
    """Whether the condition holds when the tensor in it does not."""
    negated = False
    at: Any = test
    while at is not None:
        if isinstance(at, ast.UnaryOp) and isinstance(at.op, ast.Not):
            negated = not negated
        if isinstance(at, ast.UnaryOp):
            at = at.operand
        elif isinstance(at, ast.BoolOp):
            at = next((value for value in at.values if _holds(value, line, column)), None)
        else:
            at = None
    return negated


def _holds(node: ast.expr, line: int, column: int) -> bool:
    return (node.lineno, node.col_offset) <= (line, column) < (node.end_lineno or node.lineno, node.end_col_offset or 0)


def _tree_of(file: str) -> tuple[ast.Module, list[str]] | None:
    if file not in _trees and len(_trees) < _FILE_LIMIT:
        try:
            with open(file, "rb") as stream:
                source = stream.read().decode("utf-8-sig", "replace")
            _trees[file] = ast.parse(source, file), source.split("\n")
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            _trees[file] = None
    return _trees.get(file)
