"""Takes one request from the host, runs the task that it names, and leaves the answer.

A request is a JSON object with at least `task`, the name of a module of this package with a function
`run(request: dict) -> dict`. The answer is `{"value": …}` or `{"error": …}`, as JSON. The interpreter is fresh for
every request: whatever a task or the user's code changes is gone afterwards.
"""

import gc
import importlib
import json
import re
import sys

from . import missing, opaque

REQUEST_FILE = "/job/request.json"
ANSWER_FILE = "/job/answer.json"
LIBRARIES_FILE = "/job/libraries.json"


def prepare() -> None:
    """Imports, once, what nearly every model needs; the result is kept as an image of the interpreter's memory."""
    import time

    # Nothing here waits for anything; a script that sleeps would only delay its own answer.
    time.sleep = lambda seconds: None
    for name in _COMMON_MODULES:
        try:
            importlib.import_module(name)
        except ImportError:
            # A part of our own packages that is not there (yet): found missing when it is used.
            pass
    _warm_up()


def _warm_up() -> None:
    """Runs one small model, for what that leaves in the image: CPython specialises its bytecode to what it has seen,
    and fills its caches. A first real run takes half the time after it."""
    import linecache

    name = "warm_up_model"
    file = f"/tmp/{name}.py"
    with _open(file, "w", encoding="utf-8") as out:
        out.write(_WARM_UP_MODEL)
    request = {"task": "trace", "file": file, "inputs": [], "models": "all", "pins": {}, "deploy": False}
    known, meta_path, path, arguments = set(sys.modules), sys.meta_path[:], sys.path[:], sys.argv[:]
    for _ in range(3):
        answer_text(request)
    for module in set(sys.modules) - known:
        if getattr(sys.modules[module], "__file__", None) == file:
            del sys.modules[module]
    sys.meta_path[:], sys.path[:], sys.argv[:] = meta_path, path, arguments
    linecache.clearcache()
    sys.path_importer_cache.pop("/tmp", None)


def serve(roots: list[str], libraries: list[str]) -> None:
    """Answers the request that lies in `REQUEST_FILE`. `libraries` are the roots that hold installed packages."""
    with open(REQUEST_FILE, encoding="utf-8") as file:
        request = json.load(file)
    sys.path[:] = [*request.get("path", roots), *sys.path]
    sys.argv[:] = [request.get("file", "")]
    importlib.invalidate_caches()
    if request.get("watched"):
        _note_lines()
    answer = answer_text(request)
    try:
        sys.stdout.flush()
    except BaseException:
        # Closed or replaced by the user's code: then there is nothing to be shown.
        pass
    try:
        _write_answer(answer)
    except OSError:
        _write_answer('{"tooLarge": true}')
    with _open(LIBRARIES_FILE, "w", encoding="utf-8") as file:
        json.dump({"modules": _modules_below(libraries), "missing": [*opaque.missing]}, file)


def preload(libraries: list[str]) -> None:
    """Imports modules of libraries, without any of the user's own, so that later requests find them there.

    An exception flies: then there is no such image, and each request imports for itself.
    """
    from . import trace

    with open(REQUEST_FILE, encoding="utf-8") as file:
        wanted = json.load(file)
    path = sys.path[:]
    sys.path[:] = [*libraries, *path]
    # The image that this one adds to has listed the folders as they were then.
    importlib.invalidate_caches()
    trace.quiet_libraries()
    missing.begin()
    for name in wanted["modules"]:
        importlib.import_module(name)
    if set(_modules_below(libraries)) != set(wanted["modules"]):
        raise ImportError("without the user's own modules, the packages import others")
    if not opaque.missing <= set(wanted["missing"]):
        raise ImportError("without the user's own modules, the packages miss more")
    missing.keep()
    sys.path[:] = path
    gc.collect()
    gc.freeze()


def answer_text(request: dict) -> str:
    """The answer to a request, as JSON."""
    return _text_of_answer(_answer(request))


def error_of(error: BaseException) -> dict:
    """Type, text and places of an exception; frames outermost first, our own left out."""
    found = {"type": type(error).__name__, "message": _text_of(error), "frames": _frames_of(error)}
    if isinstance(error, SyntaxError) and error.filename is not None:
        found["frames"].append(
            {
                "file": error.filename,
                "line": error.lineno or 1,
                "column": max((error.offset or 1) - 1, 0),
                "endLine": error.end_lineno or error.lineno or 1,
                "endColumn": max((error.end_offset or error.offset or 1) - 1, 0),
                "function": "",
            }
        )
    return found


def _answer(request: dict) -> dict:
    task = request.get("task")
    if not isinstance(task, str) or re.fullmatch(r"[a-z][a-z_]*", task) is None:
        return {"error": {"type": "ValueError", "message": f"no task {task!r}", "frames": []}}
    try:
        return {"value": importlib.import_module(f"ridgepoint.{task}").run(request)}
    except BaseException as error:
        return {"error": error_of(error)}


def _modules_below(folders: list[str]) -> list[str]:
    """Names of the modules whose source lies below one of the folders, in the order in which their import began."""
    prefixes = tuple(f"{folder}/" for folder in folders)
    names = []
    for name, module in list(sys.modules.items()):
        origin = getattr(getattr(module, "__spec__", None), "origin", None)
        if prefixes and isinstance(origin, str) and origin.startswith(prefixes):
            names.append(name)
    return names


def _text_of_answer(answer: dict) -> str:
    try:
        try:
            return json.dumps(answer, ensure_ascii=False, allow_nan=False, default=str)
        except ValueError as error:
            # JSON has no infinity, with which masks and pools are padded.
            if "float" not in str(error):
                raise
            return json.dumps(_finite(answer), ensure_ascii=False, allow_nan=False, default=str)
    except BaseException as error:
        return json.dumps({"error": error_of(error)})


def _finite(value):
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, (list, tuple)) else value


def _write_answer(answer: str) -> None:
    with _open(ANSWER_FILE, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(answer)


def _text_of(error: BaseException) -> str:
    try:
        return str(error)[:10_000]
    except BaseException:
        return ""


def _frames_of(error: BaseException) -> list[dict]:
    frames = []
    step = error.__traceback__
    while step is not None and len(frames) < 1000:
        code = step.tb_frame.f_code
        if not code.co_filename.startswith(_OWN_FILES):
            line, end_line, column, end_column = _position(code, step.tb_lasti, step.tb_lineno)
            frames.append(
                {
                    "file": code.co_filename,
                    "line": line,
                    "column": column,
                    "endLine": end_line,
                    "endColumn": end_column,
                    "function": code.co_qualname,
                }
            )
        step = step.tb_next
    return frames[:20] + frames[20:][-20:]


def _position(code, last: int, line: int) -> tuple[int, int, int, int]:
    for index, position in enumerate(code.co_positions()):
        if index == last // 2 and None not in position:
            start, end, column, end_column = position
            return start, end, column, end_column
    return line or 1, line or 1, 0, 0


def _note_lines() -> None:
    """Tells the host each line before it runs: when the engine does not come back, the last one told is the culprit."""
    monitoring = sys.monitoring

    def note(code, line):
        if code.co_filename.startswith(_OWN_FILES) or code.co_filename.startswith("<frozen"):
            return monitoring.DISABLE
        device.seek(0)
        device.write(f"{line}:{code.co_qualname}:{code.co_filename}\n".encode())
        return None

    device = open("/dev/place", "wb", buffering=0)
    monitoring.use_tool_id(monitoring.DEBUGGER_ID, "ridgepoint")
    monitoring.register_callback(monitoring.DEBUGGER_ID, monitoring.events.LINE, note)
    monitoring.set_events(monitoring.DEBUGGER_ID, monitoring.events.LINE)


_WARM_UP_MODEL = """
from dataclasses import dataclass
import torch
from torch import nn
import torch.nn.functional as F


@dataclass
class Config:
    width: int = 8
    depth: int = 3


class Block(nn.Module):
    def __init__(self, width, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, stride=stride, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(width)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.act(x + self.bn(self.conv(x)))


class Attention(nn.Module):
    def __init__(self, width, heads=2):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.drop = nn.Dropout(0.1)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, length, width)
        return x + self.drop(F.gelu(self.out(y)))


class Model(nn.Module):
    def __init__(self, config=Config()):
        super().__init__()
        self.stem = nn.Conv2d(3, config.width, 7, stride=2, padding=3)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.blocks = nn.Sequential(*[Block(config.width) for _ in range(config.depth)])
        self.attentions = nn.ModuleList([Attention(config.width) for _ in range(config.depth)])
        self.head = nn.Linear(config.width, 10)

    def forward(self, x):
        x = self.blocks(self.pool(self.stem(x)))
        x = x.flatten(2).transpose(1, 2)
        for attention in self.attentions:
            x = attention(x)
        x = torch.cat([x, x], dim=-1).chunk(2, dim=-1)[0]
        return F.softmax(self.head(x.mean(dim=1)), dim=-1)


# ridgepoint: input=float32[1,3,32,32]
class Pinned(Model):
    pass
"""
# Taken before the user's code may replace it.
_open = open
_OWN_FILES = ("/packages/", "/lib/", "<frozen ", "<string>")
_COMMON_MODULES = (
    "ridgepoint.execute",
    "__future__", "abc", "argparse", "ast", "bisect", "collections", "collections.abc", "contextlib", "copy", "copyreg",
    "dataclasses", "datetime", "enum", "functools", "gc", "hashlib", "heapq", "importlib.metadata", "importlib.util",
    "inspect", "io", "itertools", "json", "keyword", "linecache", "logging", "math", "numbers", "operator", "os",
    "os.path", "pathlib", "pickle", "pkgutil", "platform", "random", "re", "shutil", "string", "struct", "tempfile",
    "textwrap", "threading", "time", "traceback", "types", "typing", "unicodedata", "uuid", "warnings", "weakref",
    "numpy", "torch", "torch.nn", "torch.nn.functional", "ridgepoint.trace",
)  # fmt: skip
