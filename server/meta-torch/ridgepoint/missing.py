"""Names of modules that could not be found and have been replaced by stand-ins."""

from __future__ import annotations

import sys


def missing_imports() -> list[str]:
    """Sorted; empty while nothing is missing."""
    finder = sys.modules.get("torch._opaque")
    names = getattr(finder, "missing", None)
    return sorted(names) if names else []
