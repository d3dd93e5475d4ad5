"""`torch.fx`: a traced module is the module; marks for the tracer do nothing."""

from __future__ import annotations

from typing import Any

from ..nn.modules.module import Module
from . import node, proxy  # noqa: F401
from .node import Node  # noqa: F401
from .proxy import Proxy  # noqa: F401


class Graph:
    def __init__(self, *args: Any, **options: Any) -> None:
        self.nodes: list = []

    def lint(self) -> None:
        return None

    eliminate_dead_code = print_tabular = lint


class GraphModule(Module):
    def __new__(cls, root: Any = None, graph: Any = None, class_name: str = "GraphModule") -> Any:
        return root if isinstance(root, Module) and not isinstance(root, GraphModule) else object.__new__(cls)

    def recompile(self) -> None:
        return None


class Tracer:
    def __init__(self, *args: Any, **options: Any) -> None:
        self.root: Any = None

    def trace(self, root: Any, concrete_args: Any = None) -> Graph:
        self.root = root
        return Graph()

    def is_leaf_module(self, m: Any, module_qualified_name: str) -> bool:
        return True


class Interpreter:
    def __init__(self, module: Any, *args: Any, **options: Any) -> None:
        self.module = module

    def run(self, *args: Any, **options: Any) -> Any:
        return self.module(*args)


Transformer = Interpreter


def symbolic_trace(root: Any, concrete_args: Any = None) -> Any:
    return root


def wrap(fn_or_name: Any) -> Any:
    return fn_or_name


def replace_pattern(*args: Any, **options: Any) -> list:
    return []


def __getattr__(name: str) -> Any:
    import importlib

    if name in ("experimental", "passes", "graph", "graph_module", "_symbolic_trace", "operator_schemas", "traceback", "_compatibility", "_pytree", "immutable_collections", "config"):
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module 'torch.fx' has no attribute '{name}'")
