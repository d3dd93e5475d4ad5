"""`torch.load` and `torch.save`: contents are neither read nor written."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator

MAP_LOCATION = FILE_LIKE = Any
DEFAULT_PROTOCOL = 2


def load(f: Any, map_location: Any = None, pickle_module: Any = None, *, weights_only: Any = None, mmap: Any = None, **options: Any) -> Any:
    raise RuntimeError("torch.load: weights are not loaded here; build the model without its checkpoint.")


def save(obj: Any, f: Any, *args: Any, **options: Any) -> None:
    raise RuntimeError("torch.save: weights are not loaded here, so that there is nothing to save.")


def add_safe_globals(safe_globals: Any) -> None:
    return None


clear_safe_globals = register_package = add_safe_globals


def get_safe_globals() -> list:
    return []


def get_default_load_endianness() -> None:
    return None


@contextmanager
def safe_globals(items: Any = ()) -> Iterator[None]:
    yield


@contextmanager
def skip_data(*args: Any, **options: Any) -> Iterator[None]:
    yield


set_default_mmap_options = get_default_mmap_options = safe_globals
SourceChangeWarning = type("SourceChangeWarning", (Warning,), {})
