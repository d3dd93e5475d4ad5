"""Makes a model in one configuration, decides what it is called with, and runs it, trying again where that was a guess."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field
from typing import Any

from . import arguments, failures, inputs, run_model
from .choose import Configuration
from .deploy import deployed, folding_saves
from .discover import Candidate, signature_of
from .specs import Spec


@dataclass
class Made:
    """How far it came: without a model it could not be made, without a run it did not run to its end."""

    model: Any = None
    run: run_model.Run | None = None
    entry: str = ""
    inputs_from: str = ""
    #: What the constructor was given where that was a guess, by name.
    arguments: dict[str, Any] = field(default_factory=dict)
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
    is_deployed = bool(request.get("deploy")) or configuration.is_deployed
    if is_deployed:
        made.model = _deployed(made, candidate, file)
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
            _try_plans(made, batch, file, _name_place(candidate, file))
    except (Exception, SystemExit) as error:
        made.problems.append(failures.of_exception(error, file))
    if assumed:
        made.inputs_from = f"{made.inputs_from}; arguments assumed: {assumed}".lstrip("; ")
    if made.run is not None:
        made.problems.extend(made.run.problems)
        if not is_deployed:
            _offer_deploy_form(made, candidate, file)
    return made


def _deployed(made: Made, candidate: Candidate, file: str) -> Any:
    """The folded model; as it is, with the reason, where it does not fold."""
    try:
        return deployed(made.model)
    except Exception as error:
        found = failures.of_exception(error, file, "warning")
        found["message"] = f"The deploy form cannot be made, so this is the training form: {found['message']}"
        made.problems.append(found)
        return made.model


def _offer_deploy_form(made: Made, candidate: Candidate, file: str) -> None:
    saved = folding_saves(made.model)
    if saved is None:
        return
    before, after = saved
    made.problems.append(
        failures.problem(
            "RP2213", "information",
            f"`{type(made.model).__name__}` folds for deployment: {before:,} parameters become {after:,}. These are the numbers"
            " of the training form; `--deploy`, or `# ridgepoint: deploy` above it, gives those of the folded one.",
            _name_place(candidate, file),
        )
    )


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
            try:
                values, texts = arguments.guess(subject, namespace)
            except arguments.CannotGuess:
                if not _make_as_written(candidate, namespace, made):
                    raise
                return ""
            if texts and _make_as_written(candidate, namespace, made):
                return ""
            made.entry = f"{candidate.name}({', '.join(texts)})"
            made.model, other = _call_as_it_likes(subject, values)
            if other is not values:
                known = dict(zip(values, texts))
                texts = [known[name] if value is values.get(name) else f"{name}={value!r}" for name, value in other.items()]
                made.entry = f"{candidate.name}({', '.join(texts)})"
            made.arguments = other
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
            _say_how_it_was_made(made, candidate, file)
    _check(made, nn, file)
    return ""


def _say_how_it_was_made(made: Made, candidate: Candidate, file: str) -> None:
    """A constructor that fails on its defaults, or on what was guessed, is its author's to call."""
    signature = signature_of(candidate.subject)
    if candidate.kind == "entry" or signature is None or not signature.parameters:
        return
    made.problems.append(
        failures.problem(
            "RP1504", "information",
            f"It was made as `{made.entry or f'{candidate.name}()'}`, which is a guess. Where it takes something else, pin it above it:"
            f" `# ridgepoint: entry={candidate.name}(…)`.",
            _name_place(candidate, file),
        )
    )


def _make_as_written(candidate: Candidate, namespace: dict, made: Made) -> bool:
    """As another place of the file makes it, where that says all that it takes: better than any guess."""
    from torch import nn

    for text in candidate.written_calls:
        try:
            model = eval(compile(text, "<entry>", "eval", dont_inherit=True), namespace)
        except Exception:
            # It needs what only its own place has; the next one may not.
            continue
        if isinstance(model, nn.Module):
            made.model, made.entry = model, text
            return True
    return False


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


def _call_as_it_likes(subject: Any, values: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """With the guesses, or with others where they are refused; what the first ones have met is what is told."""
    try:
        return _call(subject, values), values
    except (TypeError, AssertionError, ValueError) as error:
        for other in arguments.other_guesses(subject, values, error):
            try:
                return _call(subject, other), other
            except Exception:
                # Refused as well.
                continue
        raise


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


def _try_plans(made: Made, batch: int | None, file: str, place: dict | None) -> None:
    """The first plan that runs. Only where a shape did not fit is the next one tried; the first complaint is told."""
    from torch._meta.recorder import TooManyCalls

    first: BaseException | None = None
    tried: list[Spec] = []
    for plan in inputs.plans(made.model, made.arguments):
        try:
            args, kwargs = run_model.arguments_of(made.model, plan.specs)
            made.run = _run(made.model, args, kwargs, batch, file)
            made.inputs_from = f"input: {plan.source}"
            return
        except (RuntimeError, ValueError, IndexError, TypeError, AssertionError, AttributeError, KeyError) as error:
            if first is None:
                first = error
                tried = plan.specs
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
    kinds = ", ".join(str(spec) for spec in tried)
    # Of a helper of which nothing is known, a failure says little.
    is_known = "no layer tells it" not in made.inputs_from
    told = failures.of_exception(first, file, "error" if is_known else "warning")
    made.problems.append(told)
    # A shape that does not fit is told in torch's words and says its sizes itself, where it came from the one input.
    if kinds and (told["code"] != "RP1102" or len(tried) > 1 or not is_known):
        made.problems.append(
            failures.problem(
                "RP1511", "information",
                f"`{type(made.model).__name__}` was called with {kinds}, which is a guess. Where it takes something else, pin"
                f" it above it: `# ridgepoint: {tried[0].name or 'input'}={tried[0].dtype}[…]`.",
                place,
            )
        )


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
