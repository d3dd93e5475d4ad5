"""Makes a model in one configuration, decides what it is called with, and runs it, trying again where that was a guess."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field
from typing import Any

from . import arguments, failures, inputs, run_model
from .choose import Configuration
from .deploy import deployed
from .discover import Candidate
from .specs import Spec


@dataclass
class Made:
    """How far it came: without a model it could not be made, without a run it did not run to its end."""

    model: Any = None
    run: run_model.Run | None = None
    entry: str = ""
    inputs_from: str = ""
    problems: list[dict] = field(default_factory=list)


def make_and_run(
    candidate: Candidate, configuration: Configuration, namespace: dict, file: str, specs: list[Spec], request: dict
) -> Made:
    made = Made()
    if configuration.complaint:
        made.problems.append(
            failures.problem("RP1507", "error", f"This pin cannot be read: {configuration.complaint}", _pin_place(configuration, file))
        )
        return made
    assumed = _make(candidate, configuration, namespace, file, made)
    if made.model is None:
        return made
    if request.get("deploy"):
        made.model = deployed(made.model)
    chosen = specs or configuration.specs
    batch = request.get("batch")
    try:
        if chosen:
            made.inputs_from = "input: given" if specs else f"input: {configuration.source}"
            _take_type(made, chosen)
            args, kwargs = run_model.arguments_of(made.model, chosen)
            made.run = _run(made.model, args, kwargs, batch, file)
        elif configuration.example is not None:
            example = configuration.example
            made.inputs_from = f"input: from the call in line {example.line}"
            made.run = _run(made.model, example.args, example.kwargs, batch, file)
        else:
            _try_plans(made, batch, file)
    except (Exception, SystemExit) as error:
        made.problems.append(failures.of_exception(error, file))
    if assumed:
        made.inputs_from = f"{made.inputs_from}; arguments assumed: {assumed}".lstrip("; ")
    if made.run is not None:
        made.problems.extend(made.run.problems)
    return made


def _make(candidate: Candidate, configuration: Configuration, namespace: dict, file: str, made: Made) -> str:
    """Sets `made.model`; answers the arguments that had to be assumed."""
    from torch import nn

    subject = candidate.subject
    try:
        if configuration.entry:
            made.entry = configuration.entry
            made.model = eval(compile(configuration.entry.strip(), "<entry>", "eval", dont_inherit=True), namespace)
        elif configuration.example is not None:
            made.model = configuration.example.module
            made.entry = _written(made.model, candidate, file)
        elif candidate.kind == "instance":
            made.model = subject
        elif candidate.instance is not None:
            made.model = candidate.instance
            made.entry = _written(made.model, candidate, file)
        else:
            values, texts = arguments.guess(subject, namespace)
            made.entry = f"{candidate.name}({', '.join(texts)})"
            made.model = _call(subject, values)
            _check(made, nn, file)
            return ", ".join(texts)
    except arguments.CannotGuess as error:
        names = ", ".join(f"`{name}`" for name in error.names)
        made.problems.append(
            failures.problem(
                "RP1504", "warning",
                f"`{candidate.name}` needs {names}: pin how it is made above it, `# ridgepoint: entry={candidate.name}(…)`.",
                _name_place(candidate, file),
            )
        )
    except (Exception, SystemExit) as error:
        if configuration.entry and not isinstance(error, SyntaxError):
            found = failures.of_exception(error, file)
            if "source" not in found:
                found["code"] = "RP1506"
                found["message"] = f"`{configuration.entry}` cannot be evaluated: {found['message']}"
            made.problems.append(found)
        elif configuration.entry:
            made.problems.append(
                failures.problem("RP1506", "error", f"`{configuration.entry}` is no Python expression: {failures.text_of(error)}.")
            )
        else:
            made.problems.append(failures.of_exception(error, file))
    _check(made, nn, file)
    return ""


def _written(model: Any, candidate: Candidate, file: str) -> str:
    """The call that made it, as it stands in the file; on one line."""
    for path, line, column, end_line, end_column, _ in getattr(model, "_created_at", ()):
        if path != file:
            continue
        try:
            with open(file, "rb") as stream:
                lines = stream.read().split(b"\n")[line - 1 : end_line]
        except OSError:
            break
        if not lines:
            break
        lines[-1] = lines[-1][:end_column]
        lines[0] = lines[0][column:]
        text = " ".join(part.strip().decode("utf-8", "replace") for part in lines)
        return text if text.startswith(candidate.name) and len(text) <= 200 else ""
    return ""


def _call(subject: Any, values: dict[str, Any]) -> Any:
    positional = [
        parameter.name
        for parameter in (inspect.signature(subject).parameters.values())
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY and parameter.name in values
    ]
    args = [values[name] for name in positional]
    return subject(*args, **{name: value for name, value in values.items() if name not in positional})


def _check(made: Made, nn: Any, file: str) -> None:
    if made.model is None or isinstance(made.model, nn.Module):
        return
    kind = type(made.model).__name__
    model, made.model = made.model, None
    if isinstance(model, (tuple, list)):
        made.model = next((item for item in model if isinstance(item, nn.Module)), None)
    elif isinstance(model, type) and issubclass(model, nn.Module):
        kind = f"class {model.__name__}; call it"
    if made.model is None:
        made.problems.append(
            failures.problem("RP1506", "error", f"`{made.entry}` gives no module but a {kind}.")
        )


def _take_type(made: Made, specs: list[Spec]) -> None:
    """Inputs in half precision are meant for a model in half precision: torch would refuse to mix them."""
    import torch

    wanted = {spec.dtype for spec in specs if spec.dtype in ("float16", "bfloat16", "float64")}
    if len(wanted) != 1 or any(spec.dtype == "float32" for spec in specs):
        return
    kind = getattr(torch, wanted.pop())
    first = next((item for item in made.model.parameters() if item.is_floating_point()), None)
    if first is not None and first.dtype is torch.float32:
        made.model = made.model.to(kind)
        made.inputs_from += f", the model in {str(kind).replace('torch.', '')}"


def _run(model: Any, args: Any, kwargs: dict, batch: int | None, file: str) -> run_model.Run:
    if batch:
        args, kwargs = run_model.rescaled((list(args), dict(kwargs)), batch)
    return run_model.run(model, args, kwargs, file)


def _try_plans(made: Made, batch: int | None, file: str) -> None:
    """The first plan that runs. Only where a shape did not fit is the next one tried; the first complaint is told."""
    from torch._meta.recorder import TooManyCalls

    first: BaseException | None = None
    for plan in inputs.plans(made.model):
        try:
            args, kwargs = run_model.arguments_of(made.model, plan.specs)
            made.run = _run(made.model, args, kwargs, batch, file)
            made.inputs_from = f"input: {plan.source}"
            return
        except (RuntimeError, ValueError, IndexError, TypeError, AssertionError, AttributeError, KeyError) as error:
            if first is None:
                first = error
                made.inputs_from = f"input: {plan.source}"
            if isinstance(error, (RecursionError, TooManyCalls)):
                break
    if first is None:
        made.problems.append(
            failures.problem(
                "RP1507", "error", "No input could be found; pin one: `# ridgepoint: input=float32[1,3,224,224]`."
            )
        )
        return
    raise first


def _pin_place(configuration: Configuration, file: str) -> dict | None:
    if not file or not configuration.line:
        return None
    line = configuration.line - 1
    return {"file": file, "line": line, "character": 0, "endLine": line, "endCharacter": 1000}


def _name_place(candidate: Candidate, file: str) -> dict | None:
    node = candidate.node
    if node is None or not file:
        return None
    match = re.search(r"\w+", candidate.name)
    start = node.col_offset + (6 if candidate.kind == "class" else 4)
    end = start + (0 if match is None else len(candidate.name))
    return {"file": file, "line": node.lineno - 1, "character": start, "endLine": node.lineno - 1, "endCharacter": end}
