"""`torch.export`: the exported program is the module."""

from __future__ import annotations

from typing import Any


class ExportedProgram:
    def __init__(self, mod: Any = None) -> None:
        self._module = mod

    def module(self) -> Any:
        return self._module

    def run_decompositions(self, *args: Any) -> ExportedProgram:
        return self


class _Auto:
    AUTO = DYNAMIC = STATIC = None

    def __call__(self, name: str = "", *, min: Any = None, max: Any = None) -> Any:  # noqa: A002
        return name


Dim = _Auto()


def export(mod: Any, args: tuple = (), kwargs: Any = None, **options: Any) -> ExportedProgram:
    return ExportedProgram(mod)


export_for_training = draft_export = export


def register_dataclass(cls: Any, **options: Any) -> None:
    return None


def dims(*names: str, **options: Any) -> tuple:
    return names


def load(*args: Any, **options: Any) -> Any:
    raise RuntimeError("torch.export.load: weights are not loaded here.")


def save(*args: Any, **options: Any) -> None:
    return None


Constraint = ShapesCollection = type("ShapesCollection", (), {})
