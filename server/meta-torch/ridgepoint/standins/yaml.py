"""
Stands in where PyYAML is not installed: the part of YAML that configurations are written in, which is blocks of mappings
and lists, flow collections, scalars, quotes, literal blocks and comments. Anchors and tags are not.
"""

from __future__ import annotations

import re
from typing import Any


class YAMLError(Exception):
    pass


class Loader:
    pass


SafeLoader = FullLoader = UnsafeLoader = CLoader = CSafeLoader = Dumper = SafeDumper = Loader

_NUMBER = re.compile(r"[-+]?(\d[\d_]*)?(\.\d*)?([eE][-+]?\d+)?$")
_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None, "true": True, "True": True, "TRUE": True, "yes": True, "Yes": True,
    "on": True, "On": True, "false": False, "False": False, "FALSE": False, "no": False, "No": False, "off": False, "Off": False,
    ".inf": float("inf"), "-.inf": float("-inf"), ".nan": float("nan"),
}  # fmt: skip


def safe_load(stream: Any) -> Any:
    text = stream if isinstance(stream, (str, bytes)) else stream.read()
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    lines = [(len(line) - len(line.lstrip(" ")), line.strip(" ")) for line in _plain_lines(text)]
    if not lines:
        return None
    value, rest = _block(lines, 0)
    if rest < len(lines):
        raise YAMLError(f"could not read {lines[rest][1]!r}")
    return value


def load(stream: Any, Loader: Any = None) -> Any:
    return safe_load(stream)


full_load = unsafe_load = safe_load


def safe_load_all(stream: Any) -> list:
    text = stream if isinstance(stream, str) else stream.read()
    return [safe_load(part) for part in re.split(r"(?m)^---.*$", text) if part.strip()]


def dump(data: Any, stream: Any = None, **options: Any) -> Any:
    return None if stream is not None else repr(data)


safe_dump = dump


def _plain_lines(text: str) -> list[str]:
    """Without comments and empty lines; a flow collection over several lines is one."""
    found: list[str] = []
    depth = 0
    for line in text.replace("\t", " ").splitlines():
        line = _without_comment(line).rstrip()
        if not line.strip() or line.startswith(("---", "%")):
            continue
        if depth > 0:
            found[-1] += " " + line.strip()
        else:
            found.append(line)
        depth += sum((character in "[{") - (character in "]}") for character in _unquoted(line))
    return found


def _unquoted(line: str) -> str:
    return re.sub(r"\"[^\"]*\"|'[^']*'", "", line)


def _without_comment(line: str) -> str:
    quote = ""
    for position, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#" and (position == 0 or line[position - 1] == " "):
            return line[:position]
    return line


def _block(lines: list, at: int) -> tuple[Any, int]:
    """The collection or scalar that begins at a line, and the line behind it."""
    indent, text = lines[at]
    if text == "-" or text.startswith("- "):
        items: list = []
        while at < len(lines) and lines[at][0] == indent and (lines[at][1] == "-" or lines[at][1].startswith("- ")):
            inner = lines[at][1][1:]
            depth = indent + 1 + len(inner) - len(inner.lstrip(" "))
            inner = inner.strip(" ")
            if not inner:
                value, at = _below(lines, at, indent)
            elif _key_of(inner) is not None or inner.startswith("- "):
                # What stands behind the dash is the first line of a block.
                lines[at] = (depth, inner)
                value, at = _block(lines, at)
            else:
                value, at = _flow(inner), at + 1
            items.append(value)
        return items, at
    if _key_of(text) is None:
        return _flow(text), at + 1
    found: dict = {}
    while at < len(lines) and lines[at][0] == indent:
        key = _key_of(lines[at][1])
        if key is None:
            break
        name, rest = key
        if rest in ("|", ">", "|-", ">-"):
            body, at = _literal(lines, at, indent)
            found[name] = ("\n" if rest[0] == "|" else " ").join(body)
        elif rest:
            found[name], at = _flow(rest), at + 1
        else:
            found[name], at = _below(lines, at, indent)
    return found, at


def _below(lines: list, at: int, indent: int) -> tuple[Any, int]:
    """What a line without a value of its own opens; a list may stand as far left as its key."""
    following = lines[at + 1] if at + 1 < len(lines) else None
    if following is None or following[0] < indent:
        return None, at + 1
    if following[0] == indent and not (following[1].startswith("- ") and not lines[at][1].startswith("-")):
        return None, at + 1
    return _block(lines, at + 1)


def _literal(lines: list, at: int, indent: int) -> tuple[list[str], int]:
    at += 1
    body = []
    while at < len(lines) and lines[at][0] > indent:
        body.append(lines[at][1])
        at += 1
    return body, at


def _key_of(text: str) -> tuple[Any, str] | None:
    """`key: rest`; None where the line is no pair."""
    if text[:1] in "[{":
        return None
    match = re.match(r"(\"[^\"]*\"|'[^']*'|[^:\"'\[\]{}]+(?::(?! )[^:\"'\[\]{}]+)*?)\s*:(?:\s+(.*))?$", text)
    return None if match is None else (_scalar(match.group(1)), (match.group(2) or "").strip())


def _flow(text: str) -> Any:
    text = text.strip()
    if text[:1] not in "[{":
        return _scalar(text)
    value, end = _collection(text, 0)
    if text[end:].strip():
        raise YAMLError(f"could not read {text!r}")
    return value


def _collection(text: str, at: int) -> tuple[Any, int]:
    is_list = text[at] == "["
    close = "]" if is_list else "}"
    items: list = []
    at += 1
    while True:
        while at < len(text) and text[at] in " ,":
            at += 1
        if at >= len(text):
            raise YAMLError(f"{text!r} has no end")
        if text[at] == close:
            return (items if is_list else dict(items)), at + 1
        name = None
        if not is_list:
            match = re.compile(r"\s*(\"[^\"]*\"|'[^']*'|[^:,{}\[\]]+?)\s*:\s*").match(text, at)
            if match is None:
                raise YAMLError(f"could not read {text[at:]!r}")
            name, at = _scalar(match.group(1)), match.end()
        if text[at : at + 1] and text[at] in "[{":
            value, at = _collection(text, at)
        else:
            match = re.compile(r"\"[^\"]*\"|'[^']*'|[^,\[\]{}]*").match(text, at)
            value, at = _scalar(match.group(0)), match.end()  # type: ignore[union-attr]
        items.append(value if is_list else (name, value))


def _scalar(text: str) -> Any:
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        inner = text[1:-1]
        return inner.replace("''", "'") if text[0] == "'" else inner.replace('\\n', "\n").replace('\\"', '"')
    if text in _WORDS:
        return _WORDS[text]
    if text[:1] in "&*!":
        raise YAMLError(f"anchors and tags are not read here: {text!r}")
    if any(character.isdigit() for character in text) and _NUMBER.match(text):
        plain = text.replace("_", "")
        # As PyYAML has it: a number with an exponent needs a point.
        if re.fullmatch(r"[-+]?\d+", plain):
            return int(plain)
        return float(plain) if "." in plain else text
    if re.fullmatch(r"0x[0-9a-fA-F]+", text):
        return int(text, 16)
    return text
