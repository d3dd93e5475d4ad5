"""Stands in where `tqdm` is not installed: a progress bar that shows nothing and gives its items."""

from __future__ import annotations

from typing import Any, Iterator


TqdmWarning = TqdmExperimentalWarning = TqdmDeprecationWarning = type("TqdmWarning", (Warning,), {})


class tqdm:  # noqa: N801
    def __init__(self, iterable: Any = None, *args: Any, total: Any = None, **options: Any) -> None:
        self.iterable, self.total, self.n = iterable, total, 0

    def __iter__(self) -> Iterator[Any]:
        return iter(self.iterable or ())

    def __len__(self) -> int:
        return len(self.iterable) if self.iterable is not None else self.total or 0

    def __enter__(self) -> tqdm:
        return self

    def __exit__(self, *reason: Any) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **options: None

    @classmethod
    def set_lock(cls, lock: Any) -> None:
        return None

    @classmethod
    def get_lock(cls) -> Any:
        from contextlib import nullcontext

        return nullcontext()

    @staticmethod
    def write(*args: Any, **options: Any) -> None:
        return None


tqdm_notebook = tqdm


def trange(*args: int, **options: Any) -> tqdm:
    return tqdm(range(*args))


def _module(name: str) -> None:
    """`tqdm.auto`, `tqdm.notebook` and `tqdm.std` have the same names."""
    import sys
    import types

    made = types.ModuleType(f"tqdm.{name}")
    made.thread_map = lambda *args, **options: thread_map(*args)  # type: ignore[attr-defined]
    made.tqdm, made.trange, made.__path__ = tqdm, trange, []  # type: ignore[attr-defined]
    sys.modules[f"tqdm.{name}"] = made
    globals()[name] = made


for _name in ("auto", "autonotebook", "notebook", "std", "asyncio", "contrib", "contrib.concurrent"):
    _module(_name)


def thread_map(function: Any, *iterables: Any, **options: Any) -> list:
    return list(map(function, *iterables))
