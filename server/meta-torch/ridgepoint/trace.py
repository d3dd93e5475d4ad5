"""
The task `trace`: runs a file (or an expression), finds its models, decides their arguments and inputs, runs them, and
answers what happened. The request:

    {"file"?: path, "entry"?: expression, "inputs"?: ["x=float32[1,3,224,224]"], "batch"?: n, "models"?: "main" | "all",
     "deploy"?: bool, "pins"?: {"Net": ["input=…"]}}

`pins` are those of the workspace. The answer is what `server/core/formats/torch-trace.ts` reads.
"""

from __future__ import annotations

import importlib
import os
from typing import Any

from torch._meta import recorder

from . import branches, failures, missing, near_files, places
from .choose import Configuration, configurations_of, main_of, needs_nothing
from .discover import Candidate, Examples, candidates
from .make_model import Made, make_and_run
from .script import Script
from .specs import Spec, SpecError, parse_spec
from .tree_nodes import nodes_of

_MODEL_LIMIT = 64
#: Models that are tried where the file's main one cannot be made.
_OTHERS = 6


def run(request: dict) -> dict:
    places.clear()
    branches.clear()
    recorder.decide = branches.decide
    file = request.get("file") or ""
    answer: dict[str, Any] = {"version": 1, "file": file, "models": [], "main": None, "problems": [], "missingImports": []}
    try:
        specs = [parse_spec(text) for text in request.get("inputs") or []]
    except SpecError as error:
        answer["problems"].append(failures.problem("RP1507", "error", str(error)))
        return answer
    quiet_libraries()
    missing.begin()
    if file:
        _run_file(request, specs, answer)
    else:
        _run_expression(request, specs, answer)
    answer["missingImports"] = missing.missing_imports()
    _weigh_problems(answer)
    return answer


def _weigh_problems(answer: dict) -> None:
    """What a script does beside its model, and an import that is missing, is no error while the model runs all the same."""
    main = answer["main"]
    if main is None or "trace" not in answer["models"][main]:
        return
    for problem in answer["problems"]:
        if problem["code"] in ("RP1502", "RP1503"):
            problem["severity"] = "warning"


def _run_file(request: dict, specs: list[Spec], answer: dict) -> None:
    script = Script(request["file"])
    _enter_folder(script.file)
    problems = answer["problems"]
    if not script.parse():
        problems.extend(script.problems)
        return
    examples = Examples()
    with examples.watched(script.file):
        script.run()
        found = candidates(script)
        # Instances and calls of the main block are found by running it, where the file has not shown any.
        if script.main_block and not examples.calls:
            known = set(script.namespace)
            script.run_main_block()
            now = candidates(script)
            # Nothing is known of how a model is made yet: then it is worth the time to look where scripts make theirs.
            if not _has_new(now, known) and not examples.calls and not _makes_itself(found, examples):
                script.run_called_functions()
                now = candidates(script)
            if _has_new(now, known):
                found = now
    problems.extend(script.problems)
    if script.tree is not None:
        problems.extend(missing.problems_of(script.tree, script.file))
    entry = request.get("entry")
    if entry:
        _add_entry(entry, script.namespace, script.file, specs, request, answer)
        answer["models"].extend(_listed(item, script) for item in found)
        return
    _add_candidates(found, script, examples, specs, request, answer)


def _has_new(found: list[Candidate], known: set[str]) -> bool:
    return any(item.kind == "instance" and item.name not in known for item in found)


def _makes_itself(found: list[Candidate], examples: Examples) -> bool:
    """Whether the file's model is pinned, or can be made with nothing."""
    main = main_of(found, examples)
    return main is not None and (bool(main.pins) or main.kind == "instance" or needs_nothing(main.subject))


def _enter_folder(file: str) -> None:
    """Where scripts look for `config.yaml` and their like: mostly they are started beside themselves."""
    near_files.install(os.path.dirname(file))
    try:
        os.chdir(os.path.dirname(file))
    except OSError:
        # A text that has no file yet.
        pass


def _add_candidates(
    found: list[Candidate], script: Script, examples: Examples, specs: list[Spec], request: dict, answer: dict
) -> None:
    main = main_of(found, examples)
    if main is None:
        if not any(problem["severity"] == "error" for problem in answer["problems"]):
            answer["problems"].append(
                failures.problem(
                    "RP1505", "error",
                    "There is no model here: no class that derives from nn.Module, and no function or instance that is one.",
                )
            )
        return
    wants_all = request.get("models") == "all"
    models = answer["models"]
    instead: Made | None = None
    if not main.pins:
        main, instead = _that_can_be_made(main, found, script, examples, specs, request)
    for candidate in sorted(found, key=lambda item: item is not main) if not wants_all else found:
        is_wanted = candidate is main or (wants_all and not candidate.is_part) or (wants_all and candidate.pins)
        if not is_wanted or len(models) > _MODEL_LIMIT:
            models.append(_listed(candidate, script))
            continue
        for configuration in configurations_of(candidate, examples, request.get("pins") or {}):
            made = instead if candidate is main and instead is not None else None
            made = made or make_and_run(candidate, configuration, script.namespace, script.file, specs, request)
            if candidate is main and answer["main"] is None:
                answer["main"] = len(models)
            models.append(_described(candidate, configuration, made, script))


def _that_can_be_made(
    main: Candidate, found: list[Candidate], script: Script, examples: Examples, specs: list[Spec], request: dict
) -> tuple[Candidate, Made | None]:
    """
    The file's model, run; where its arguments are for its author to say, the last other one that can be made and runs:
    better the numbers of a part than none.
    """
    configuration = configurations_of(main, examples, request.get("pins") or {})[0]
    if configuration.entry or configuration.example is not None or main.kind == "instance":
        return main, None
    first = make_and_run(main, configuration, script.namespace, script.file, specs, request)
    has_weights = first.model is not None and any(True for _ in first.model.parameters())
    is_for_its_author = any(
        problem["code"] == "RP1504" or problem["message"].startswith("FileNotFoundError") for problem in first.problems
    )
    if has_weights or (first.model is None and not is_for_its_author):
        return main, first
    others = [item for item in reversed(found) if item is not main and item.kind != "instance"]
    for other in sorted(others, key=lambda item: item.is_part)[:_OTHERS]:
        made = make_and_run(other, Configuration(), script.namespace, script.file, specs, request)
        if made.run is not None and made.model is not None and any(True for _ in made.model.parameters()):
            # The file has numbers: what its main model lacks is no error then.
            for problem in first.problems:
                if problem["severity"] == "error":
                    problem["severity"] = "warning"
            made.problems = [*(first.problems if first.run is None else []), *made.problems]
            return other, made
    return main, first


def _run_expression(request: dict, specs: list[Spec], answer: dict) -> None:
    entry = request.get("entry") or ""
    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
    _add_entry(entry, namespace, "", specs, request, answer)


def _add_entry(entry: str, namespace: dict, file: str, specs: list[Spec], request: dict, answer: dict) -> None:
    """The model that an expression makes; modules that it names are imported."""
    try:
        _import_named(entry, namespace)
    except Exception as error:
        found = failures.of_exception(error, file)
        found["message"] = f"`{entry}` names a module that cannot be imported: {found['message']}"
        answer["problems"].append(found)
        return
    candidate = Candidate(_name_of(entry), "entry", None)
    configuration = Configuration(entry=entry)
    made = make_and_run(candidate, configuration, namespace, file, specs, request)
    answer["main"] = len(answer["models"])
    answer["models"].append(_described(candidate, configuration, made, None))


def _name_of(entry: str) -> str:
    """`timm.create_model('resnet50')` is called `resnet50`, `Net(width=2)` is called `Net`."""
    import ast

    try:
        body = ast.parse(entry.strip(), mode="eval").body
    except SyntaxError:
        return entry
    if isinstance(body, ast.Call):
        first = body.args[0] if body.args else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            return first.value
        return ast.unparse(body.func).rpartition(".")[2]
    return ast.unparse(body)


def _import_named(entry: str, namespace: dict) -> None:
    """`timm.create_model(…)` imports `timm`, `torchvision.models.resnet50()` imports `torchvision.models`."""
    import ast
    import builtins

    try:
        tree = ast.parse(entry.strip(), mode="eval")
    except SyntaxError:
        return
    for node in nodes_of(tree):
        path = _dotted(node)
        root = path.partition(".")[0]
        if not path or root in namespace or hasattr(builtins, root):
            continue
        parts = path.split(".")
        module = importlib.import_module(root)
        if missing.is_stand_in(module):
            raise ModuleNotFoundError(f"No module named '{root}'", name=root)
        namespace[root] = module
        for depth in range(2, len(parts) + 1):
            try:
                importlib.import_module(".".join(parts[:depth]))
            except ImportError:
                # The rest are attributes of a module, not modules.
                break


def _dotted(node: Any) -> str:
    import ast

    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = _dotted(node.value)
        return f"{head}.{node.attr}" if head else ""
    return ""


def _listed(candidate: Candidate, script: Script) -> dict:
    """A model that has not been run here."""
    return {
        "name": candidate.name, "kind": candidate.kind, "entry": _entry_text(candidate), "source": _place(candidate, script),
        "problems": [],
    }


def _described(candidate: Candidate, configuration: Configuration, made: Made, script: Script | None) -> dict:
    from torch._meta.inventory import Inventory

    described: dict[str, Any] = {
        "name": candidate.name, "kind": candidate.kind, "entry": made.entry or configuration.entry or _entry_text(candidate),
        "source": None if script is None else _place(candidate, script), "configuration": configuration.text,
        "problems": made.problems,
    }
    model = made.model
    if model is not None:
        described["className"] = type(model).__name__
        inventory = Inventory(model) if made.run is None else made.run.inventory
        described["parameterCount"] = sum(parameter.numel() for _, parameter in inventory.parameters)
        described["stateNames"] = inventory.state_names()
    if made.run is not None:
        described["inputsFrom"] = made.inputs_from
        described["inputs"] = [
            {"name": spec.name, "dtype": spec.dtype, "shape": list(spec.shape)} for spec in made.run.specs
        ]
        described["trace"] = made.run.document
    return described


def _entry_text(candidate: Candidate) -> str:
    return candidate.name if candidate.kind == "instance" else f"{candidate.name}()"


def _place(candidate: Candidate, script: Script) -> dict | None:
    node = candidate.node
    if node is None:
        return None
    return places.range_of_node(script.file, node)


def quiet_libraries() -> None:
    """Nothing is downloaded or shown; what reads such variables finds them set."""
    for name, value in (("HF_HUB_OFFLINE", "1"), ("TRANSFORMERS_OFFLINE", "1"), ("TQDM_DISABLE", "1"), ("MPLBACKEND", "agg")):
        os.environ.setdefault(name, value)
