"""Which of a file's models it is about, and in which configurations each is to be run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .discover import Candidate, ExampleCall, Examples
from .pins import Pin, parse_pin
from .specs import Spec


@dataclass
class Configuration:
    """One way to make and call a model. Exactly as much is filled in as the user has said."""

    entry: str = ""
    is_deployed: bool = False
    specs: list[Spec] = field(default_factory=list)
    #: The pin that this comes from, as it is written.
    text: str = ""
    source: str = ""
    complaint: str = ""
    line: int = 0
    example: ExampleCall | None = None


def configurations_of(candidate: Candidate, examples: Examples, settings: dict) -> list[Configuration]:
    """Pins, else the workspace's, else a call in the file, else one in which everything is inferred."""
    if candidate.pins:
        return [_from_pin(pin, f"pinned in line {pin.line}") for pin in candidate.pins]
    listed = settings.get(candidate.name) or []
    if isinstance(listed, str):
        listed = [listed]
    if listed:
        return [_from_pin(parse_pin(str(text), 0), "from the workspace settings") for text in listed[:16]]
    call = _example_for(candidate, examples)
    return [Configuration(example=call)] if call is not None else [Configuration()]


def _from_pin(pin: Pin, source: str) -> Configuration:
    return Configuration(
        entry=pin.entry, is_deployed=pin.is_deployed, specs=pin.specs, text=pin.text, source=source, complaint=pin.complaint, line=pin.line
    )


def _example_for(candidate: Candidate, examples: Examples) -> ExampleCall | None:
    if candidate.kind == "instance":
        return next((call for call in examples.calls if call.module is candidate.subject), None)
    if candidate.kind == "class":
        return next(iter(examples.of_class(candidate.subject)), None)
    return None


def main_of(found: list[Candidate], examples: Examples) -> Candidate | None:
    """
    What is pinned; what the file itself calls; what it makes an instance of; else the last class that is no part of
    another, a class that is only a base or a layer counting least.
    """
    pinned = [item for item in found if item.pins]
    if pinned:
        return pinned[-1]
    for call in reversed(examples.calls):
        for item in found:
            if item.kind == "class" and type(call.module) is item.subject:
                return item
        for item in found:
            if item.kind == "instance" and item.subject is call.module:
                return item
    made = [
        (item, item.subject if item.kind == "instance" else item.instance)
        for item in found
        if (item.kind == "instance" and not item.is_part) or item.instance is not None
    ]
    if made:
        return max(made, key=lambda pair: (_size(pair[1]), pair[0].order))[0]
    wholes = [item for item in found if item.kind == "class" and not item.is_part]
    # What has no layers of its own, a loss or a step that follows the model, is what the file is about only if all are.
    wholes = [item for item in wholes if _makes_layers(item.subject)] or wholes
    factories = [item for item in found if item.kind == "factory"]
    callable_wholes = [item for item in wholes if needs_nothing(item.subject)]
    if callable_wholes:
        return callable_wholes[-1]
    callable_factories = [item for item in factories if needs_nothing(item.subject)]
    if callable_factories:
        return callable_factories[-1]
    rest = wholes or factories or found
    return rest[-1] if rest else None


def _makes_layers(kind: type) -> bool:
    """Whether its constructor, or that of a class that it derives from, makes anything."""
    from torch import nn

    for base in kind.__mro__:
        if base in (nn.Module, object):
            break
        code = getattr(base.__dict__.get("__init__"), "__code__", None)
        if code is None:
            continue
        if not base.__module__.startswith("torch.") and "Module" not in base.__name__:
            makers = [name for name in code.co_names if name[:1].isupper() and not name.endswith("Error")]
            if makers:
                return True
        elif base.__module__.startswith("torch."):
            return True
    return False


def _size(model: Any) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def needs_nothing(function: Any) -> bool:
    import inspect

    from .discover import signature_of

    signature = signature_of(function)
    if signature is None:
        return False
    return not any(
        parameter.default is inspect.Parameter.empty
        and parameter.kind not in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        for parameter in signature.parameters.values()
    )
