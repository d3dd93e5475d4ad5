"""
What went wrong, as problems with a place: the innermost frame in the user's own file, and the chain that led there.

RP1102 a shape that does not fit (torch's own words), RP1501 syntax, RP1502 import, RP1503 any other exception,
RP1504 a model that cannot be made without arguments, RP1505 no model, RP1506 an entry that is none, RP1507 a pin or an
input that cannot be read, RP1508 a part of the script that was left out, RP1511 inputs that were guessed, RP2210 a
branch on data, RP2211 unused layers, RP2213 a deploy form that folds branches.
"""

from __future__ import annotations

import os
from typing import Any

from . import places

_OWN_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + "/"
_LIBRARY_ROOT = os.path.dirname(os.__file__) + "/"
_TEXT_LIMIT = 2000


def problem(code: str, severity: str, message: str, source: dict | None = None, related: list | None = None) -> dict:
    found: dict[str, Any] = {"code": code, "severity": severity, "message": message[:_TEXT_LIMIT]}
    if source is not None:
        found["source"] = source
    if related:
        found["related"] = related
    return found


def of_exception(error: BaseException, main_file: str, severity: str = "error") -> dict:
    """An exception that flew out of the user's code."""
    if isinstance(error, SyntaxError):
        return _of_syntax_error(error, severity)
    rows, is_ours = _frames(error)
    chosen = next((row for row in reversed(rows) if row["file"] == main_file), rows[-1] if rows else None)
    related = [
        {"message": f"in {row['function']}" if row["function"] != "<module>" else "called here", "source": _plain(row)}
        for row in reversed(rows)
        if row is not chosen
    ]
    text = text_of(error)
    if isinstance(error, ImportError):
        root = _root_of(error)
        advice = " Add its folder to the Python path." if isinstance(root, ModuleNotFoundError) else ""
        why = "" if root is error else f" Because: {_sentence(_named(root))}"
        return problem("RP1502", severity, f"{_sentence(text)}{why}{advice}", _plain(chosen), related)
    if type(error).__name__ == "MissingImport":
        return problem("RP1502", severity, _sentence(text), _plain(chosen), related)
    if isinstance(error, PermissionError) and severity == "error" and chosen is not None:
        return problem("RP1508", "hint", "This part writes files; nothing can be written here, and it is left out.", _plain(chosen), related)
    if is_ours and isinstance(error, (RuntimeError, IndexError, ValueError)) and not isinstance(error, RecursionError):
        return problem("RP1102", severity, _sentence(text), _plain(chosen), related)
    return problem("RP1503", severity, _sentence(_named(error)), _plain(chosen), related)


def _named(error: BaseException) -> str:
    name, text = type(error).__name__, text_of(error)
    return f"{name}: {text}" if text else name


def _root_of(error: BaseException) -> BaseException:
    """Lazy packages wrap what has failed in an ImportError of their own, once or more."""
    for _ in range(20):
        if not isinstance(error, ImportError) or error.__cause__ is None:
            break
        error = error.__cause__
    return error


def text_of(error: BaseException) -> str:
    try:
        return str(error)[:_TEXT_LIMIT]
    except BaseException as second:  # The user's own __str__ may fail in any way.
        if isinstance(second, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        return ""


def user_position(error: BaseException, main_file: str) -> dict | None:
    """Innermost frame of the file, or of any file of the user's."""
    rows, _ = _frames(error)
    chosen = next((row for row in reversed(rows) if row["file"] == main_file), rows[-1] if rows else None)
    return _plain(chosen)


def _plain(row: dict | None) -> dict | None:
    return None if row is None else {key: value for key, value in row.items() if key != "function"}


def is_own(file: str) -> bool:
    """True for our own packages and for Python's library, without what is installed into it."""
    if file.startswith((_OWN_ROOT, "<frozen")):
        return True
    return file.startswith(_LIBRARY_ROOT) and "-packages/" not in file[len(_LIBRARY_ROOT) :]


def _frames(error: BaseException) -> tuple[list[dict], bool]:
    """The user's frames, outermost first, and whether the innermost frame of all is in our own package."""
    rows: list[dict] = []
    last = ""
    step = error.__traceback__
    seen = 0
    while step is not None and seen < 5000:
        seen += 1
        code = step.tb_frame.f_code
        last = code.co_filename
        if not is_own(last) and not last.startswith("<"):
            rows.append({**_position(code, step.tb_lasti, step.tb_lineno), "function": code.co_name})
        step = step.tb_next
    if len(rows) > 40:
        rows = rows[:20] + rows[-20:]
    return rows, last.startswith(_OWN_ROOT)


def _position(code: Any, last: int, line: int | None) -> dict:
    for index, position in enumerate(code.co_positions()):
        if index == last // 2:
            start, end, column, end_column = position
            if start is not None:
                return places.source_range(code.co_filename, start, column or 0, end or start, end_column or 0)
            break
    return places.source_range(code.co_filename, line or 1, 0, line or 1, 0)


def _of_syntax_error(error: SyntaxError, severity: str) -> dict:
    line = error.lineno or 1
    offset = max((error.offset or 1) - 1, 0)
    end_line = error.end_lineno or line
    end = max((error.end_offset or 0) - 1, offset + 1) if end_line == line else max((error.end_offset or 1) - 1, 0)
    # A SyntaxError counts characters, not bytes; only those outside the basic plane differ from UTF-16.
    source = {
        "file": error.filename or "", "line": line - 1, "character": offset, "endLine": max(end_line, line) - 1,
        "endCharacter": end,
    }
    return problem("RP1501", severity, _sentence(error.msg or "invalid syntax"), source if error.filename else None)


def _sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return "The code stops here without saying why."
    return text if text[-1] in ".?!" else text + "."
