"""Runs one model under the recorder and writes what happened down, for the host."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Iterator

from . import failures, places
from .discover import signature_of
from .specs import Spec, spec_of, tensor_of


@dataclass
class Run:
    """A run to its end: the trace document, and the inputs that it was given."""

    document: dict
    specs: list[Spec]
    problems: list[dict]
    inventory: Any


def arguments_of(model: Any, specs: list[Spec]) -> tuple[list, dict]:
    """Tensors for the call: unnamed ones by position, named ones by keyword."""
    signature = signature_of(model.forward)
    known = set() if signature is None else set(signature.parameters)
    takes_any = signature is not None and any(
        parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in signature.parameters.values()
    )
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    for spec in specs:
        if spec.name and (spec.name in known or takes_any):
            if _is_positional_only(signature, spec.name):
                args.append(tensor_of(spec))
            else:
                kwargs[spec.name] = tensor_of(spec)
        elif spec.name and not known and not takes_any:
            args.append(tensor_of(spec))
        elif spec.name:
            raise TypeError(
                f"forward() has no parameter `{spec.name}`; it has {', '.join(f'`{name}`' for name in known) or 'none'}"
            )
        else:
            args.append(tensor_of(spec))
    _add_plain_values(signature, args, kwargs)
    return args, kwargs


def _add_plain_values(signature: inspect.Signature | None, args: list, kwargs: dict) -> None:
    """Numbers that must be given and that no one speaks of."""
    from .inputs import plain_value

    if signature is None:
        return
    for index, parameter in enumerate(signature.parameters.values()):
        if index < len(args) or parameter.name in kwargs or parameter.default is not inspect.Parameter.empty:
            continue
        if parameter.kind in (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY):
            value = plain_value(parameter)
            if value is not None:
                kwargs[parameter.name] = value


def _is_positional_only(signature: inspect.Signature | None, name: str) -> bool:
    parameter = None if signature is None else signature.parameters.get(name)
    return parameter is not None and parameter.kind is inspect.Parameter.POSITIONAL_ONLY


def rescaled(value: Any, batch: int, depth: int = 0) -> Any:
    """The same arguments with the first extent of every tensor that has the batch there set to `batch`."""
    old = next((tensor._shape[0] for tensor in tensors_in(value) if len(tensor._shape) > 0), None)
    return value if old is None else _rescale(value, old, batch, depth)


def _rescale(value: Any, old: int, batch: int, depth: int) -> Any:
    import torch

    if isinstance(value, torch.Tensor):
        shape = tuple(value.shape)
        if not shape or shape[0] != old:
            return value
        return torch.empty((batch, *shape[1:]), dtype=value.dtype)
    if depth > 8:
        return value
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_rescale(item, old, batch, depth + 1) for item in value)
    if isinstance(value, list):
        return [_rescale(item, old, batch, depth + 1) for item in value]
    if isinstance(value, dict):
        return {key: _rescale(item, old, batch, depth + 1) for key, item in value.items()}
    return value


def tensors_in(value: Any, depth: int = 0) -> Iterator[Any]:
    """Every tensor in nested lists, tuples, dicts, dataclasses and output objects."""
    import torch

    if isinstance(value, torch.Tensor):
        yield value
    elif depth > 8:
        return
    elif isinstance(value, dict):
        for item in list(value.values()):
            yield from tensors_in(item, depth + 1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors_in(item, depth + 1)
    elif is_dataclass(value) and not isinstance(value, type):
        for entry in fields(value):
            yield from tensors_in(getattr(value, entry.name, None), depth + 1)
    elif hasattr(value, "__dict__") and not isinstance(value, (type, torch.nn.Module)) and not callable(value):
        for item in list(vars(value).values()):
            yield from tensors_in(item, depth + 1)


def run(model: Any, args: list | tuple, kwargs: dict, main_file: str) -> Run:
    """Calls the model as in inference. What the user's code raises flies through."""
    import torch
    from torch._meta import recorder
    from torch._meta.inventory import Inventory

    names = _argument_names(model, args, kwargs)
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad(), recorder.trace() as trace:
            given = list(tensors_in(list(args))) + list(tensors_in(kwargs))
            trace.inputs = [trace.tensor_id(tensor) for tensor in given]
            output = model(*args, **kwargs)
            trace.outputs = list(dict.fromkeys(trace.tensor_id(tensor) for tensor in tensors_in(output)))
        inventory = Inventory(model)
        document = trace.document(inventory)
    finally:
        if was_training:
            model.train()
    document["inputNames"] = names
    _for_editor(document)
    specs = [spec_of(name, tensor) for name, tensor in zip(names, given)]
    return Run(document, specs, [*_notes(document, main_file), *_unused(inventory, document, main_file)], inventory)


def _argument_names(model: Any, args: list | tuple, kwargs: dict) -> list[str]:
    signature = signature_of(model.forward)
    parameters = [] if signature is None else [
        parameter.name
        for parameter in signature.parameters.values()
        if parameter.kind not in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)
    ]
    names: list[str] = []
    for index, value in enumerate(args):
        name = parameters[index] if index < len(parameters) else f"input{index}"
        names.extend(_names_in(name, value))
    for name, value in kwargs.items():
        names.extend(_names_in(name, value))
    return names


def _names_in(name: str, value: Any) -> list[str]:
    count = sum(1 for _ in tensors_in(value))
    return [name] if count == 1 else [f"{name}.{index}" for index in range(count)]


def _for_editor(document: dict) -> None:
    """Positions as the editor counts them."""
    files = document["files"]
    document["frames"] = [places.frame_row(row, files) for row in document["frames"]]


def _source_of(frame: list, files: list[str]) -> dict:
    file, line, character, end_line, end_character, _ = frame
    return {"file": files[file], "line": line, "character": character, "endLine": end_line, "endCharacter": end_character}


def _innermost(rows: list[list], files: list[str], main_file: str) -> dict | None:
    chosen = next((row for row in rows if files[row[0]] == main_file), rows[0] if rows else None)
    return None if chosen is None else _source_of(chosen, files)


def _notes(document: dict, main_file: str) -> list[dict]:
    """Branches on data and the like, each place once."""
    found: list[dict] = []
    seen: set[tuple] = set()
    for note in document.pop("notes", []):
        rows = [document["frames"][index] for index in note["frames"]]
        source = _innermost(rows, document["files"], main_file)
        key = (note["message"], *(source or {}).values())
        if key not in seen:
            seen.add(key)
            told = failures.problem("RP2210", "information", note["message"], source)
            found.append({**told, "pin": note["pin"]} if note["pin"] else told)
    return found


def _unused(inventory: Any, document: dict, main_file: str) -> list[dict]:
    """Layers whose parameters nothing has read."""
    used: set[int] = set()
    for call in document["calls"]:
        used.update(call[1])
    read = {row[3] for index, row in enumerate(document["tensors"]) if len(row) > 3 and index in used}
    shared = {id(parameter) for name, parameter in inventory.parameters if name in read}
    found: list[dict] = []
    for path, module in inventory.modules:
        own = [parameter for parameter in module._parameters.values() if parameter is not None]
        if not own or any(id(parameter) in shared for parameter in own):
            continue
        count = sum(parameter.numel() for parameter in own)
        site = [list(row) for row in getattr(module, "_created_at", ())]
        rows = [places.source_range(*row[:5]) for row in site]
        source = next((row for row in rows if row["file"] == main_file), rows[0] if rows else None)
        found.append(
            failures.problem(
                "RP2211", "warning",
                f"`{path or type(module).__name__}` ({type(module).__name__}) is not used in this run; its {count:,} parameters are loaded all the same.",
                source,
            )
        )
        if len(found) >= 100:
            break
    return found
