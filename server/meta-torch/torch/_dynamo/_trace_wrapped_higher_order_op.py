"""Indexing under a transformed mask: plain indexing here."""

from __future__ import annotations

from typing import Any


class TransformGetItemToIndex:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *reason: Any) -> None:
        return None
