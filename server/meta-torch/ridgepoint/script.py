"""
Runs the user's file as a module. Its main block stays out until it is asked for, training loops stay out altogether,
and what fails at the top level does not hide what stands below it.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import sys
import types
from contextlib import contextmanager
from typing import Any, Iterator

from . import failures
from .tree_nodes import nodes_of

_TRAINING_CALLS = {"backward", "zero_grad"}
_CALLED_LIMIT = 4


@contextmanager
def _arguments_by_default() -> Iterator[None]:
    """A script that is read has no command line: what it requires there is None."""
    plain = argparse.ArgumentParser.parse_known_args

    def parse(parser: argparse.ArgumentParser, *args: Any, **options: Any) -> Any:
        for action in parser._actions:
            action.required = False
        for group in parser._mutually_exclusive_groups:
            group.required = False
        return plain(parser, *args, **options)

    argparse.ArgumentParser.parse_known_args = parse  # type: ignore[method-assign]
    try:
        yield
    finally:
        argparse.ArgumentParser.parse_known_args = plain  # type: ignore[method-assign]


class Script:
    """One file: its text, its syntax tree, its namespace once it has run."""

    def __init__(self, file: str) -> None:
        self.file = file
        with open(file, "rb") as stream:
            self.data = stream.read()
        self.source = self.data.decode("utf-8-sig", "replace")
        self.tree: ast.Module | None = None
        self.main_block: list[ast.stmt] = []
        self.module: types.ModuleType | None = None
        self.problems: list[dict] = []

    @property
    def namespace(self) -> dict[str, Any]:
        return {} if self.module is None else self.module.__dict__

    def parse(self) -> bool:
        try:
            self.tree = ast.parse(self.source, self.file)
        except SyntaxError as error:
            self.problems.append(failures.of_exception(error, self.file))
            return False
        except (ValueError, RecursionError, MemoryError) as error:
            self.problems.append(
                failures.problem("RP1501", "error", f"The file cannot be parsed: {failures.text_of(error)}")
            )
            return False
        self.main_block = [statement for block in self.tree.body if _is_main(block) for statement in _body_of(block)]
        return True

    def run(self) -> None:
        """Statement by statement: after a failure the next ones still run, so that the models below it are found."""
        assert self.tree is not None
        name = self._enter_package()
        module = types.ModuleType(name)
        module.__file__ = self.file
        module.__package__ = name.rpartition(".")[0]
        self.module = module
        sys.modules[name] = module
        trainers = _training_functions(self.tree)
        statements = [
            statement
            for statement in self.tree.body
            if not _is_main(statement) and not _asks_version(statement) and not self._is_training(statement, trainers)
        ]
        doc = ast.get_docstring(self.tree, clean=False)
        module.__doc__ = doc
        self._execute(statements, module.__dict__, "error")

    def run_main_block(self) -> None:
        """What stands under `if __name__ == "__main__"`, for the models and calls in it. Its failures tell nothing."""
        assert self.tree is not None
        self._execute(self._without_training(self.main_block), self.namespace, None)

    def run_called_functions(self) -> bool:
        """
        The bodies of functions that the main block calls, `main(args)`, statement by statement as if they stood in it: a
        training script makes its model there, after datasets that are not here. False where there is none.
        """
        assert self.tree is not None
        functions = {node.name: node for node in self.tree.body if isinstance(node, ast.FunctionDef)}
        bodies = []
        for call in [node for statement in self.main_block for node in nodes_of(statement) if isinstance(node, ast.Call)]:
            function = functions.get(call.func.id) if isinstance(call.func, ast.Name) else None
            if function is not None and function.body not in bodies and len(bodies) < _CALLED_LIMIT:
                bodies.append(function.body)
                given = [ast.Assign([ast.Name(parameter.arg, ast.Store())], value) for parameter, value in zip(function.args.args, call.args)]
                given += [ast.Assign([ast.Name(item.arg, ast.Store())], item.value) for item in call.keywords if item.arg is not None]
                self._execute([ast.fix_missing_locations(ast.copy_location(item, call)) for item in given], self.namespace, None)
                self._execute([_without_returns(item) for item in self._without_training(function.body)], self.namespace, None)
        self.main_block = [*self.main_block, *(statement for body in bodies for statement in body)]
        return len(bodies) > 0

    def _without_training(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        assert self.tree is not None
        trainers = _training_functions(self.tree)
        return [
            statement
            for statement in statements
            if not self._is_training(statement, trainers, quiet=True) and not _loops_over_epochs(statement)
        ]

    def _execute(self, statements: list[ast.stmt], namespace: dict, severity: str | None) -> None:
        """All at once while it goes well; from a failing statement on, what does not depend on it."""
        rest = statements
        while rest:
            body = ast.Module(rest, [])
            try:
                code = compile(body, self.file, "exec", dont_inherit=True)
                with _arguments_by_default():
                    exec(code, namespace)
                return
            except (Exception, SystemExit) as error:
                line = _top_line(error, self.file)
                failed = next((i for i, item in enumerate(rest) if line is not None and _holds(item, line)), 0)
                if severity is not None and not isinstance(error, SystemExit):
                    self.problems.append(failures.of_exception(error, self.file, severity))
                    # One failure leads to others; a person reads the first.
                    severity = None
                rest = rest[failed + 1 :]

    def _is_training(self, statement: ast.stmt, trainers: set[str], quiet: bool = False) -> bool:
        is_left_out = _trains(statement) if isinstance(statement, (ast.For, ast.While, ast.With)) else (
            isinstance(statement, ast.Expr) and _calls_one_of(statement, trainers)
        )
        if is_left_out and not quiet:
            from .places import range_of_node

            self.problems.append(
                failures.problem(
                    "RP1508", "hint", "This part trains; it is left out here.", range_of_node(self.file, statement)
                )
            )
        return is_left_out

    def _enter_package(self) -> str:
        """
        Name of the module, with the packages around it, so that `from .layers import X` works; folders without
        `__init__.py` become packages where the file climbs through them.
        """
        folder = os.path.dirname(self.file)
        stem = os.path.splitext(os.path.basename(self.file))[0]
        climbs = max(
            (node.level for node in (nodes_of(self.tree) if self.tree else ()) if isinstance(node, ast.ImportFrom)),
            default=0,
        )
        parts: list[str] = []
        at = folder
        while at and (os.path.exists(os.path.join(at, "__init__.py")) or len(parts) < climbs):
            name = os.path.basename(at)
            if not name.isidentifier():
                name = "".join(c if c.isalnum() else "_" for c in name) or "package"
                if not name.isidentifier():
                    name = "_" + name
            parts.insert(0, name)
            if os.path.dirname(at) == at:
                break
            at = os.path.dirname(at)
        for path in (folder, at):
            if path and path not in sys.path:
                sys.path.insert(0, path)
        if not parts:
            return stem if stem.isidentifier() and stem not in sys.modules else "model_under_analysis"
        for depth in range(1, len(parts) + 1):
            self._open_package(".".join(parts[:depth]), os.path.join(at, *_folders(folder, at)[:depth]))
        return ".".join([*parts, stem])

    def _open_package(self, name: str, folder: str) -> None:
        if name in sys.modules:
            return
        package = types.ModuleType(name)
        package.__path__ = [folder]
        package.__package__ = name
        initializer = os.path.join(folder, "__init__.py")
        sys.modules[name] = package
        if not os.path.exists(initializer):
            return
        package.__file__ = initializer
        try:
            with open(initializer, "rb") as stream:
                exec(compile(stream.read(), initializer, "exec", dont_inherit=True), package.__dict__)
        except Exception:
            # The package's own start may need what is not here; its modules are found by its path all the same.
            pass


def _folders(folder: str, root: str) -> list[str]:
    return [part for part in os.path.relpath(folder, root).split(os.sep) if part not in (".", "")]


def _is_main(statement: ast.stmt) -> bool:
    """`if __name__ == "__main__":`, either way round."""
    if not isinstance(statement, ast.If) or not isinstance(statement.test, ast.Compare):
        return False
    sides = [statement.test.left, *statement.test.comparators]
    return any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides) and any(
        isinstance(side, ast.Constant) and side.value == "__main__" for side in sides
    )


def _asks_version(statement: ast.stmt) -> bool:
    """`assert timm.__version__ == "0.3.2"`: of what is installed, which is not what runs here."""
    return isinstance(statement, ast.Assert) and any(
        isinstance(node, ast.Attribute) and node.attr == "__version__" for node in nodes_of(statement)
    )


def _body_of(statement: ast.stmt) -> list[ast.stmt]:
    return statement.body if isinstance(statement, ast.If) else []


class _Returns(ast.NodeTransformer):
    """`return` outside a function is no Python; those of functions inside stay."""

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        return ast.copy_location(ast.Pass(), node)

    def _stay(self, node: Any) -> Any:
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = visit_ClassDef = _stay


def _without_returns(statement: ast.stmt) -> ast.stmt:
    if not any(isinstance(node, ast.Return) for node in nodes_of(statement)):
        return statement
    return _Returns().visit(copy.deepcopy(statement))


def _loops_over_epochs(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.For) and any(
        isinstance(node, ast.Name) and "epoch" in node.id.lower() for node in [*nodes_of(statement.target), *nodes_of(statement.iter)]
    )


def _trains(node: ast.AST) -> bool:
    """True where a gradient is computed."""
    return any(
        isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr in _TRAINING_CALLS
        for inner in nodes_of(node)
    )


def _training_functions(tree: ast.Module) -> set[str]:
    return {
        node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _trains(node)
    }


def _calls_one_of(node: ast.AST, names: set[str]) -> bool:
    return any(
        isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id in names
        for inner in nodes_of(node)
    )


def _top_line(error: BaseException, file: str) -> int | None:
    """Line of the file's own top level where the exception passed through."""
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == file and step.tb_frame.f_code.co_name == "<module>":
            return step.tb_lineno
        step = step.tb_next
    return None


def _holds(statement: ast.stmt, line: int) -> bool:
    first = min([statement.lineno, *(item.lineno for item in getattr(statement, "decorator_list", []))])
    return first <= line <= (statement.end_lineno or statement.lineno)
