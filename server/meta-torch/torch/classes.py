"""Classes that compiled libraries register."""

from __future__ import annotations

from typing import Any


def load_library(path: Any) -> None:
    raise OSError(f"{path}: compiled libraries are not loaded here")
