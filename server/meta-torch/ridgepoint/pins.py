"""
Comment pins: what a user fixes in the source itself, above a class or a factory:

    # ridgepoint: input=float32[1,3,224,224]
    # ridgepoint: image=float32[1,3,224,224], mask=bool[1,196]; entry=Net(width=2); deploy
    class Net(nn.Module): ...

Each pin is one configuration; several above one class are several configurations, to be compared.
"""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass, field

from .specs import Spec, SpecError, parse_spec

_MARK = re.compile(r"#\s*ridgepoint\s*:\s*(.*)$")
#: Read elsewhere: the file of weights, and the number format of a line.
_OF_QUANTIZATION = ("weights", "format")
_PART = re.compile(r"^([A-Za-z_]\w*)\s*=\s*(.*)$", re.DOTALL)


@dataclass
class Pin:
    """One configuration. `line` is one-based."""

    text: str
    line: int
    entry: str = ""
    #: In the form that is deployed, its training branches folded.
    is_deployed: bool = False
    specs: list[Spec] = field(default_factory=list)
    complaint: str = ""


def read_pins(source: str) -> dict[int, list[Pin]]:
    """Pins by the line that follows their block of comments, which is where the class (or its decorator) begins."""
    # Most files have none, and taking a file apart for its comments takes a while.
    if "ridgepoint" not in source:
        return {}
    comments: dict[int, str] = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                comments[token.start[0]] = token.string
    except (tokenize.TokenError, SyntaxError, IndentationError):
        # The syntax error itself is told by whoever compiles the file; comments before it still count.
        pass
    lines = source.splitlines()
    found: dict[int, list[Pin]] = {}
    for line in sorted(comments):
        match = _MARK.match(comments[line])
        if match is None or _is_of_quantization(match.group(1)):
            continue
        after = line + 1
        while after in comments or (after <= len(lines) and not lines[after - 1].strip()):
            after += 1
        found.setdefault(after, []).append(parse_pin(match.group(1), line))
    return found


def _is_of_quantization(text: str) -> bool:
    """Such a pin is no configuration of its own."""
    parts = [_PART.match(part) for part in _split(text)]
    return bool(parts) and all(part is not None and part.group(1) in _OF_QUANTIZATION for part in parts)


def parse_pin(text: str, line: int) -> Pin:
    """`input=float32[1,3,224,224]`, `x=…, y=…`, `entry=Net(width=2)`, in any order, separated by commas or semicolons."""
    pin = Pin(text.strip(), line)
    for part in _split(text):
        if part == "deploy":
            pin.is_deployed = True
            continue
        match = _PART.match(part)
        if match is None:
            pin.complaint = f"`{part}` should read NAME=TYPE[DIMS], entry=EXPRESSION or deploy."
            continue
        name, value = match.groups()
        if name == "entry":
            pin.entry = value.strip()
            continue
        if name in _OF_QUANTIZATION:
            continue
        try:
            spec = parse_spec(value)
        except SpecError as error:
            pin.complaint = str(error)
            continue
        pin.specs.append(Spec("" if name == "input" else name, spec.dtype, spec.shape))
    return pin


def _split(text: str) -> list[str]:
    """Parts between separators that stand outside brackets and quotes."""
    parts: list[str] = []
    depth, start, quote = 0, 0, ""
    for position, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character in ",;" and depth <= 0:
            parts.append(text[start:position])
            start = position + 1
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]
