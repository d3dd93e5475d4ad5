"""
Records operator calls: what ran, on which tensors, inside which module, from which line. Off unless a trace is open,
so that building a model costs nothing for it.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, Callable, Iterator

if TYPE_CHECKING:
    from .inventory import Inventory

_PACKAGE_ROOT = __file__.rsplit("/torch/_meta/", 1)[0] + "/"
_LIBRARY_ROOT = os.__file__.rsplit("/", 1)[0] + "/"
#: Frames kept of a call: the innermost ones, and the outermost, where the user's own file is likely to be.
_INNER_FRAMES = 6
_OUTER_FRAMES = 2
_CALL_LIMIT = 200_000
_NOTE_LIMIT = 200
_CACHE_LIMIT = 20_000
_CALLERS_LIMIT = 256
#: Code flags of generators and coroutines: their caller changes while they live.
_RESUMABLE = 0x20 | 0x80 | 0x200

#: The open trace, or None. Operators test this one global and nothing else.
active: Trace | None = None

# By identity of the code object, since hashing one reads all of it; the first item keeps it alive. The second is None
# for code of our own package and of the standard library, and otherwise positions by instruction.
_codes: dict[int, tuple[Any, dict[int, tuple] | None]] = {}


class TooManyCalls(RuntimeError):
    """A loop without end, or a model beyond all models: other inputs would not help."""


class Trace:
    """One run of one model. Tensors are told apart by identity while the trace keeps them alive."""

    def __init__(self) -> None:
        self.calls: list[tuple] = []
        self.notes: list[dict] = []
        #: By id: the tensor, and its shape and type when it was first seen (in-place calls change them later).
        self._tensors: list[tuple] = []
        #: Kept alive, since identities of dead objects are used again.
        self._aliased: list[Any] = []
        self._ids: dict[int, int] = {}
        self._frames: list[tuple] = []
        self._frame_ids: dict[tuple, int] = {}
        #: By identity of a running user frame: itself, and the positions of its callers, which stand still while it runs.
        self._callers: dict[int, tuple[Any, tuple]] = {}
        self.module_stack: list[Any] = []
        self._modules: list[Any] = []
        self._module_ids: dict[int, int] = {}
        self.inputs: list[int] = []
        self.outputs: list[int] = []

    def tensor_id(self, tensor: Any) -> int:
        key = id(tensor)
        known = self._ids.get(key)
        if known is None:
            known = self._ids[key] = len(self._tensors)
            self._tensors.append((tensor, tensor._shape, tensor.dtype))
        return known

    def alias(self, result: Any, target: Any) -> None:
        """An in-place call: from now on `target` denotes what `result` is, in the type of `target`."""
        made = self.tensor_id(result)
        self._tensors[made] = (result, result._shape, target.dtype)
        self._ids[id(target)] = made
        self._aliased.append(target)

    def share(self, source: Any, other: Any) -> None:
        """`other` denotes the very same tensor, as `x.data` does."""
        self._ids[id(other)] = self.tensor_id(source)
        self._aliased.append(other)

    def module_id(self, module: Any) -> int:
        key = id(module)
        known = self._module_ids.get(key)
        if known is None:
            known = self._module_ids[key] = len(self._modules)
            self._modules.append(module)
        return known

    def frame_id(self, position: tuple) -> int:
        known = self._frame_ids.get(position)
        if known is None:
            known = self._frame_ids[position] = len(self._frames)
            self._frames.append(position)
        return known

    def document(self, inventory: Inventory | None = None) -> dict:
        """
        Plain data for JSON; module paths and parameter names are those of `inventory`. Rows and no objects, since it is
        written and read at every edit: tensors are `[shape, type, role, name?]`, modules `[path, class, frames]`, calls
        `[operator, inputs, outputs, attributes, module, frames]`.
        """
        names: dict[int, tuple] = {}
        paths: dict[int, str] = {}
        if inventory is not None:
            names.update((id(tensor), ("parameter", name)) for name, tensor in inventory.parameters)
            names.update((id(tensor), ("buffer", name)) for name, tensor in inventory.buffers)
            paths = {id(module): path for path, module in inventory.modules}
        produced = {out for call in self.calls for out in call[2]}
        inputs = set(self.inputs)
        tensors = []
        for index, (tensor, shape, kind) in enumerate(self._tensors):
            if index in inputs:
                tensors.append((shape, kind.name, "input"))
            elif index in produced:
                tensors.append((shape, kind.name, "activation"))
            else:
                known = names.get(id(tensor)) or ("parameter" if tensor._is_parameter else "constant",)
                tensors.append((shape, kind.name, *known))
        frame_id = self.frame_id
        modules = [
            (paths.get(id(module), ""), type(module).__name__, [frame_id(position) for position in module._created_at])
            for module in self._modules
        ]
        files: dict[str, int] = {}
        frames = [[files.setdefault(f[0], len(files)), *f[1:]] for f in self._frames]
        return {
            "version": 2,
            "files": list(files),
            "tensors": tensors,
            "modules": modules,
            "frames": frames,
            "calls": self.calls,
            "inputs": self.inputs,
            "outputs": self.outputs,
            "notes": self.notes,
        }


def record(op: str, inputs: Any, outputs: Any, attributes: dict | None = None) -> None:
    """Adds a call to the open trace. `inputs` may hold None for an optional one that is left out."""
    trace = active
    if trace is None:
        return
    calls = trace.calls
    if len(calls) >= _CALL_LIMIT:
        raise TooManyCalls(f"The model makes more than {_CALL_LIMIT} operator calls; the trace ends here.")
    tensor_id = trace.tensor_id
    ins = [-1 if tensor is None else tensor_id(tensor) for tensor in inputs]
    outs = [tensor_id(tensor) for tensor in outputs]
    frames = _frame_ids(trace, sys._getframe(1))
    module = trace.module_id(trace.module_stack[-1]) if trace.module_stack else -1
    calls.append((op, ins, outs, attributes or {}, module, frames))


def note(kind: str, message: str, pin: str = "") -> None:
    """Something the user should know of this run: a branch on data, a value that is not known."""
    trace = active
    if trace is None or len(trace.notes) >= _NOTE_LIMIT:
        return
    frames = _frame_ids(trace, sys._getframe(1))
    trace.notes.append({"kind": kind, "message": message, "frames": frames, "pin": pin})


#: Says of a frame and its position which way a branch on data goes; set by who runs the program.
decide: Callable | None = None


def branch() -> bool:
    """The truth of a tensor whose contents nobody knows."""
    frame = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if (_codes.get(id(code)) or _enter(code))[1] is not None:
            break
        frame = frame.f_back
    if decide is None or frame is None:
        note("data-dependent", "This depends on tensor data; it is taken for true.")
        return True
    decision = decide(frame, _position(frame, frame.f_code))
    if decision.message:
        note("data-dependent", decision.message, decision.pin)
    return decision.is_true


def _frame_ids(trace: Trace, frame: Any) -> list[int]:
    """`user_frames` as ids of this trace, without walking again what has not moved since the last call."""
    callers = trace._callers
    codes = _codes
    passed = []
    positions: tuple = ()
    while frame is not None:
        code = frame.f_code
        entry = codes.get(id(code)) or _enter(code)
        if entry[1] is not None:
            passed.append((frame, entry[1]))
            known = callers.get(id(frame))
            if known is not None:
                positions = known[1]
                break
        frame = frame.f_back
    if len(callers) > _CALLERS_LIMIT:
        callers.clear()
    for running, by_instruction in reversed(passed):
        if not running.f_code.co_flags & _RESUMABLE:
            callers[id(running)] = (running, positions)
        position = by_instruction.get(running.f_lasti)
        if position is None:
            position = by_instruction[running.f_lasti] = _position(running, running.f_code)
        positions = (trace.frame_id(position), *positions)
    if len(positions) > _INNER_FRAMES + _OUTER_FRAMES:
        return [*positions[:_INNER_FRAMES], *positions[-_OUTER_FRAMES:]]
    return list(positions)


def user_frames(frame: Any) -> list[tuple]:
    """
    Positions of the calling frames outside this package and Python's library, innermost first: (file, line, column,
    end line, end column, name). Of a deep stack the middle is left out.
    """
    found = []
    codes = _codes
    while frame is not None:
        code = frame.f_code
        entry = codes.get(id(code))
        if entry is None:
            entry = _enter(code)
        positions = entry[1]
        if positions is not None:
            position = positions.get(frame.f_lasti)
            if position is None:
                position = positions[frame.f_lasti] = _position(frame, code)
            found.append(position)
        frame = frame.f_back
    if len(found) > _INNER_FRAMES + _OUTER_FRAMES:
        del found[_INNER_FRAMES:-_OUTER_FRAMES]
    return found


def _enter(code: Any) -> tuple:
    if len(_codes) > _CACHE_LIMIT:
        _codes.clear()
    path = code.co_filename
    is_library = path.startswith(_LIBRARY_ROOT) and not path.startswith(
        (_LIBRARY_ROOT + "site-packages/", _LIBRARY_ROOT + "dist-packages/")
    )
    is_own = path.startswith((_PACKAGE_ROOT, "<frozen")) or is_library
    entry = _codes[id(code)] = (code, None if is_own else {})
    return entry


def _position(frame: Any, code: Any) -> tuple:
    at = frame.f_lasti // 2
    row = next(islice(code.co_positions(), at, at + 1), (None, None, None, None))
    line, end_line, column, end_column = row
    line = line or frame.f_lineno or 1
    return (code.co_filename, line, column or 0, end_line or line, end_column or 0, code.co_qualname)


@contextmanager
def trace() -> Iterator[Trace]:
    """Opens a trace; nested ones take over until they close."""
    global active
    previous = active
    opened = active = Trace()
    try:
        yield opened
    finally:
        active = previous
        opened._callers.clear()


@contextmanager
def paused() -> Iterator[None]:
    """Nothing is recorded inside: for composites that are one call to the user."""
    global active
    previous = active
    active = None
    try:
        yield
    finally:
        active = previous
