"""Positions for the editor: zero-based lines, characters in UTF-16 units. Python counts columns in bytes of UTF-8."""

from __future__ import annotations

from typing import Any

_lines: dict[str, list[bytes] | None] = {}


def clear() -> None:
    """Forgets the texts of files: they may change between two requests."""
    _lines.clear()


def character_of(file: str, line: int, column: int) -> int:
    """UTF-16 character of a byte column in a one-based line."""
    lines = _lines_of(file)
    if lines is None or not 1 <= line <= len(lines):
        return column
    head = lines[line - 1][:column]
    if head.isascii():
        return len(head) if len(head) == column else column
    return len(head.decode("utf-8", "ignore").encode("utf-16-le")) // 2


def source_range(file: str, line: int, column: int, end_line: int, end_column: int) -> dict[str, Any]:
    """From Python's one-based lines and byte columns."""
    return {
        "file": file,
        "line": line - 1,
        "character": character_of(file, line, column),
        "endLine": end_line - 1,
        "endCharacter": character_of(file, end_line, end_column),
    }


def range_of_node(file: str, node: Any) -> dict[str, Any]:
    """Range of a node of the syntax tree."""
    return source_range(
        file, node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    )


def frame_row(row: list, files: list[str]) -> list:
    """A frame of the trace document, `[file, line, column, end line, end column, function]`, for the editor."""
    file, line, column, end_line, end_column, name = row
    path = files[file]
    return [
        file, line - 1, character_of(path, line, column), end_line - 1, character_of(path, end_line, end_column), name,
    ]


def _lines_of(file: str) -> list[bytes] | None:
    """None for a file that is plain ASCII, where both counts are the same, or cannot be read."""
    if file in _lines:
        return _lines[file]
    content: list[bytes] | None
    try:
        with open(file, "rb") as stream:
            data = stream.read()
        content = None if data.isascii() else data.split(b"\n")
    except OSError:
        content = None
    _lines[file] = content
    return content
