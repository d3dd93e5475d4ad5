"""A version that compares as numbers do."""

from __future__ import annotations

import re
from typing import Any


class TorchVersion(str):
    def _key(self, other: Any = None) -> tuple:
        text = self if other is None else other if isinstance(other, str) else ".".join(map(str, other))
        return tuple(int(item) for item in re.findall(r"\d+", str(text).split("+")[0])[:3])

    def __lt__(self, other: Any) -> bool:
        return self._key() < self._key(other)

    def __le__(self, other: Any) -> bool:
        return self._key() <= self._key(other)

    def __gt__(self, other: Any) -> bool:
        return self._key() > self._key(other)

    def __ge__(self, other: Any) -> bool:
        return self._key() >= self._key(other)

    def __eq__(self, other: Any) -> bool:
        return str.__eq__(self, other) if isinstance(other, str) else self._key() == self._key(other)

    def __hash__(self) -> int:
        return str.__hash__(self)


__version__ = TorchVersion("2.9.1")
