"""Sets of conditions on versions."""

from __future__ import annotations

import operator
import re
from typing import Any

from .version import Version

_COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "==": operator.eq, "!=": operator.ne}


class SpecifierSet:
    def __init__(self, specifiers: str = "", prereleases: Any = None) -> None:
        self._parts = [match for part in specifiers.split(",") if (match := re.match(r"\s*([<>=!~]+)\s*([^\s]+)", part))]

    def contains(self, item: Any, prereleases: Any = None) -> bool:
        version = item if isinstance(item, Version) else Version(item)
        return all(_COMPARE.get(part.group(1), operator.ge)(version, Version(part.group(2).rstrip(".*"))) for part in self._parts)

    __contains__ = contains


Specifier = SpecifierSet
InvalidSpecifier = type("InvalidSpecifier", (ValueError,), {})
