"""Finds what a file offers as models: classes, functions that return modules, instances, and example calls."""

from __future__ import annotations

import ast
import inspect
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Iterator

from .pins import Pin, read_pins
from .script import Script
from .tree_nodes import nodes_of

_CALL_LIMIT = 200


@dataclass
class Candidate:
    """One way to a model. `node` is where it stands in the file."""

    name: str
    kind: str
    subject: Any
    node: ast.AST | None = None
    pins: list[Pin] = field(default_factory=list)
    #: True for a class that others of the file are made of, or that has subclasses there.
    is_part: bool = False
    #: An instance of the class that the file itself makes, with the arguments that its author chose.
    instance: Any = None
    #: Calls of it elsewhere in the file, as they are written: in a function for tests, say.
    written_calls: list[str] = field(default_factory=list)
    order: int = 0


@dataclass
class ExampleCall:
    """A model that the file itself has called, with what it was given."""

    module: Any
    args: tuple
    kwargs: dict
    line: int


class Examples:
    """Calls of models made by the file's own code."""

    def __init__(self) -> None:
        self.calls: list[ExampleCall] = []
        self._depth = 0

    @contextmanager
    def watched(self, file: str) -> Iterator[None]:
        """Listens to calls of modules that no other module makes. The call itself runs as ever."""
        from torch import nn

        plain = nn.Module.__call__
        examples = self

        def call(module: Any, *args: Any, **kwargs: Any) -> Any:
            if examples._depth == 0 and len(examples.calls) < _CALL_LIMIT:
                examples.calls.append(ExampleCall(module, args, kwargs, _line_in(file)))
            examples._depth += 1
            try:
                return plain(module, *args, **kwargs)
            finally:
                examples._depth -= 1

        nn.Module.__call__ = call
        try:
            yield
        finally:
            nn.Module.__call__ = plain

    def of_class(self, kind: type) -> list[ExampleCall]:
        return [call for call in self.calls if type(call.module) is kind]


def _line_in(file: str) -> int:
    import sys

    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename == file:
            return frame.f_lineno
        frame = frame.f_back
    return 0


def candidates(script: Script) -> list[Candidate]:
    """In the order of the file."""
    from torch import nn

    assert script.tree is not None
    namespace = script.namespace
    pins = read_pins(script.source)
    found: list[Candidate] = []
    classes: dict[str, ast.ClassDef] = {}
    for node in _definitions(script.tree):
        value = namespace.get(node.name)
        if isinstance(node, ast.ClassDef):
            if isinstance(value, type) and issubclass(value, nn.Module) and value.__module__ == script.module.__name__:
                classes[node.name] = node
                found.append(Candidate(node.name, "class", value, node))
        elif callable(value):
            found.append(Candidate(node.name, "factory", value, node))
    makers = _factories(script.tree, set(classes), namespace)
    for item in found:
        item.pins = pins.get(_first_line(item.node), [])
    # A leading underscore says that it is no one else's business, unless a pin says otherwise.
    found = [
        item
        for item in found
        if item.kind == "class" or (item.name in makers and (item.pins or not item.name.startswith("_")))
    ]
    _mark_parts(found, classes)
    _note_calls(found, script.tree)
    of_class = {item.subject: item for item in found if item.kind == "class"}
    for name, value in list(namespace.items()):
        if isinstance(value, nn.Module) and not name.startswith("_"):
            instance = Candidate(name, "instance", value, _assignment_of(script, name))
            instance.pins = pins.get(_first_line(instance.node), [])
            maker = of_class.get(type(value))
            if maker is not None and not maker.is_part:
                # The class stands for it, made as it is made here.
                maker.instance = value
                instance.is_part = True
            found.append(instance)
    for order, item in enumerate(found):
        item.order = order
    return found


def _definitions(tree: ast.Module) -> list[Any]:
    """Classes and functions at the top level, also under `if` and `try`."""
    found: list[Any] = []
    pending: list[ast.stmt] = list(tree.body)
    while pending:
        node = pending.pop(0)
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            found.append(node)
        elif isinstance(node, ast.If):
            pending = [*node.body, *node.orelse, *pending]
        elif isinstance(node, ast.Try):
            pending = [*node.body, *(item for handler in node.handlers for item in handler.body), *node.orelse, *pending]
    return found


def _first_line(node: ast.AST | None) -> int:
    if node is None:
        return 0
    lines = [node.lineno, *(item.lineno for item in getattr(node, "decorator_list", []))]
    return min(lines)


def _factories(tree: ast.Module, classes: set[str], namespace: dict) -> set[str]:
    """
    Functions that return a module: annotated so, or that return what a class of modules, or another such function,
    makes. Found as a fixed point, since factories call one another.
    """
    functions = {node.name: node for node in _definitions(tree) if isinstance(node, ast.FunctionDef)}
    makers = set(classes) | {name for name, value in namespace.items() if _makes_modules(value)}
    found: set[str] = set()
    grows = True
    while grows:
        grows = False
        for name, node in functions.items():
            if name in found or name == "main":
                continue
            if _annotated_as_module(node, makers - found) or _returns_made(node, makers | found):
                found.add(name)
                grows = True
    return found


def _makes_modules(value: Any) -> bool:
    from torch import nn

    return isinstance(value, type) and issubclass(value, nn.Module)


def _annotated_as_module(node: ast.FunctionDef, classes: set[str]) -> bool:
    returned = node.returns
    if isinstance(returned, ast.Constant) and isinstance(returned.value, str):
        text = returned.value.rpartition(".")[2]
    elif isinstance(returned, ast.Attribute):
        text = returned.attr
    elif isinstance(returned, ast.Name):
        text = returned.id
    else:
        return False
    return text == "Module" or text in classes or text in ("Sequential", "ModuleList")


def _returns_made(node: ast.FunctionDef, makers: set[str]) -> bool:
    made: set[str] = set()
    for inner in nodes_of(node):
        if isinstance(inner, ast.Assign) and _is_making(inner.value, makers, made):
            made.update(target.id for target in inner.targets if isinstance(target, ast.Name))
    return any(
        isinstance(inner, ast.Return) and inner.value is not None and _is_making(inner.value, makers, made)
        for inner in nodes_of(node)
    )


def _is_making(value: ast.expr, makers: set[str], made: set[str]) -> bool:
    if isinstance(value, ast.Name):
        return value.id in made
    if isinstance(value, ast.IfExp):
        return _is_making(value.body, makers, made) or _is_making(value.orelse, makers, made)
    if not isinstance(value, ast.Call):
        return False
    function = value.func
    name = function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    if name in makers:
        return True
    # `build_model_with_cfg(ResNet, …)`, `_create(BasicBlock, …)`: a maker handed the class that it makes.
    given = [item.id for item in value.args if isinstance(item, ast.Name)]
    looks_like_making = name.startswith(("build", "_build", "make", "_make", "create", "_create"))
    return name == "Sequential" or (looks_like_making and any(item in makers for item in given))


def _mark_parts(found: list[Candidate], classes: dict[str, ast.ClassDef]) -> None:
    """A class that another class of the file uses by name, or derives from, is a part of that one."""
    used: set[str] = set()
    for name, node in classes.items():
        for inner in nodes_of(node):
            if isinstance(inner, ast.Name) and inner.id != name and inner.id in classes:
                used.add(inner.id)
    for item in found:
        item.is_part = item.kind == "class" and item.name in used


def _note_calls(found: list[Candidate], tree: ast.Module) -> None:
    """Calls that say all that they need: their arguments are literals, or names of the module."""
    by_name = {item.name: item for item in found if item.kind != "instance"}
    for node in nodes_of(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in by_name:
            continue
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if not given or any(isinstance(item, ast.Starred) for item in given) or any(item.arg is None for item in node.keywords):
            continue
        calls = by_name[node.func.id].written_calls
        text = ast.unparse(node)
        if len(calls) < 8 and len(text) <= 200 and text not in calls:
            calls.append(text)


def _assignment_of(script: Script, name: str) -> ast.AST | None:
    assert script.tree is not None
    for statement in [*script.tree.body, *script.main_block]:
        targets = statement.targets if isinstance(statement, ast.Assign) else (
            [statement.target] if isinstance(statement, ast.AnnAssign) else []
        )
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return statement
    return None


def signature_of(function: Any) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None
