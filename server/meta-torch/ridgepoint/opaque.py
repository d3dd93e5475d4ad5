"""
Stand-ins for imports that cannot be found: a module whose attributes, calls, subclasses and decorators keep going, so that
the parts of a program that do not make the model's shapes do not stop it. Where such a value reaches a shape or a number,
the error names the import that is missing. An import whose own `try` expects it to fail is left to fail.
"""

from __future__ import annotations

import dis
import importlib.abc
import importlib.machinery
import sys
import types
from typing import Any

from . import opaque_bases

#: Top-level names that were asked for and not found.
missing: set[str] = set()
_EXPECTED = frozenset(("ImportError", "ModuleNotFoundError", "Exception", "BaseException"))
#: Never replaced: a program that finds them missing should be told so, and our own packages must not be imitated.
_REAL = frozenset(("torch", "ridgepoint", "numpy", "js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core", "usercustomize", "sitecustomize"))
#: Parts of torch that have no place here (compilers, back ends) are opaque, and are not "missing".
_TORCH = "torch."


#: Compilers of kernels for a device: what they decorate is launched, and writes into tensors that are there already.
_KERNELS = ("triton.", "numba.cuda.", "cutlass.", "tilelang.", "taichi.")
_STAND_INS = __file__.rsplit("/", 1)[0] + "/standins/"
_OWN_NUMPY = __file__.rsplit("/", 2)[0] + "/numpy/"


class MissingImport(RuntimeError, TypeError):
    """A number or a tensor was needed where a missing import's value stood."""


class Opaque:
    """A value of which nothing is known but the import that it came from."""

    __slots__ = ("_opaque_name", "__dict__")

    def __init__(self, name: str) -> None:
        object.__setattr__(self, "_opaque_name", name)

    def _refuse(self, what: str) -> Any:
        name = self._opaque_name
        root = name.split(".", 1)[0]
        raise MissingImport(f"`{root}` is not available: `{name}` is {what}, and what it would be is not known. Add the folder that has `{root}` to the Python path.")

    def __getattr__(self, name: str) -> Any:
        if name in ("_shape", "_value", "_strides"):
            self._refuse("used as a tensor")
        if name.startswith("__") and name.endswith("__"):
            if name == "__version__":
                return "0"
            if name == "__all__":
                return []
            if name == "__name__" or name == "__qualname__":
                return self._opaque_name.rsplit(".", 1)[-1]
            raise AttributeError(name)
        return _member(self._opaque_name, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and (isinstance(args[0], (types.FunctionType, type, classmethod, staticmethod))):
            # A decorator gives the function back; a compiler of kernels gives a kernel, which is no Python function.
            return Opaque(f"{self._opaque_name}()") if self._opaque_name.startswith(_KERNELS) else args[0]
        return Opaque(self._opaque_name + "()")

    def __mro_entries__(self, bases: tuple) -> tuple:
        first = next(base for base in bases if isinstance(base, Opaque))
        return (opaque_bases.base_for(self._opaque_name, bases),) if first is self else ()

    def __getitem__(self, key: Any) -> Any:
        return Opaque(self._opaque_name + "[]")

    def __setitem__(self, key: Any, value: Any) -> None:
        return None

    def __delitem__(self, key: Any) -> None:
        return None

    def __iter__(self) -> Any:
        return iter(())

    def __next__(self) -> Any:
        raise StopIteration

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return False

    def __contains__(self, item: Any) -> bool:
        return False

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *reason: Any) -> None:
        return None

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *reason: Any) -> None:
        return None

    def __instancecheck__(self, instance: Any) -> bool:
        return False

    def __subclasscheck__(self, subclass: Any) -> bool:
        return False

    def __index__(self) -> int:
        return self._refuse("used as a whole number, as a shape needs it")

    def __int__(self) -> int:
        return self._refuse("used as a whole number")

    def __float__(self) -> float:
        return self._refuse("used as a number")

    def __complex__(self) -> complex:
        return self._refuse("used as a number")

    def __eq__(self, other: Any) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __str__(self) -> str:
        return f"<{self._opaque_name}, which is not available>"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return str(self)

    def __fspath__(self) -> str:
        return self._opaque_name

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        return self


def _ordered(self: Any, other: Any) -> bool:
    return False


def _combined(self: Any, *others: Any) -> Any:
    return Opaque(self._opaque_name)


for _name in ("lt", "le", "gt", "ge"):
    setattr(Opaque, f"__{_name}__", _ordered)
for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift"):
    setattr(Opaque, f"__{_name}__", _combined)
    setattr(Opaque, f"__r{_name}__", _combined)
for _name in ("neg", "pos", "abs", "invert", "round", "trunc", "floor", "ceil"):
    setattr(Opaque, f"__{_name}__", _combined)


def _member(owner: str, name: str) -> Any:
    path = f"{owner}.{name}"
    if name.endswith(("Error", "Exception", "Warning", "Interrupt")) and name[:1].isupper():
        return type(name, (Exception,), {"__module__": owner})
    return Opaque(path)


def lacking(module: str) -> Any:
    """A module's `__getattr__`, for a small package of ours that stands for a large one: the rest of it is opaque."""

    def __getattr__(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module '{module}' has no attribute '{name}'")
        path = getattr(sys.modules[module], "__path__", None)
        if path is not None and importlib.machinery.PathFinder.find_spec(f"{module}.{name}", path) is not None:
            return importlib.import_module(f"{module}.{name}")
        missing.add(module.partition(".")[0])
        known = opaque_bases.known(module, name)
        return known if known is not None else _member(module, name)

    return __getattr__


class OpaqueModule(types.ModuleType):
    """A module that cannot be found; every name in it exists."""

    __version__ = "0"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list = []
        self.__file__ = f"<{name}: not available>"

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return []
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        known = opaque_bases.known(self.__name__, name)
        made = known if known is not None else _member(self.__name__, name)
        self.__dict__[name] = made
        return made

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return Opaque(self.__name__)(*args, **kwargs)


class _Loader(importlib.abc.Loader):
    def create_module(self, spec: Any) -> Any:
        return OpaqueModule(spec.name)

    def exec_module(self, module: Any) -> None:
        return None


class _Finder(importlib.abc.MetaPathFinder):
    """Comes last: it is asked only for what nobody has found."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        top = name.split(".", 1)[0]
        parent = sys.modules.get(name.rpartition(".")[0])
        if top in _REAL and not name.startswith((_TORCH, "numpy.")):
            return None
        if top.startswith("_") and top in sys.stdlib_module_names and not isinstance(parent, OpaqueModule):
            return None
        if parent is not None and not isinstance(parent, OpaqueModule) and top != "torch" and not _is_stand_in(parent):
            # A part that a found package lacks: only compiled ones, whose file is there, are replaced.
            if not _has_compiled(name, path):
                return None
        frame = _importer(sys._getframe(1))
        if frame is _QUERY or (frame is not None and not isinstance(parent, OpaqueModule) and expects_failure(frame)):
            return None
        if top not in _REAL and top not in sys.stdlib_module_names and not _is_stand_in(parent):
            missing.add(top)
        return importlib.machinery.ModuleSpec(name, _Loader(), is_package=True)


#: Packages that are a shell around a compiled core. A folder of installed packages has them beside those that we read, and
#: they would fail half-way, on purpose, where a missing package is replaced.
_COMPILED = frozenset(("PIL", "cv2", "scipy", "pandas", "matplotlib", "sklearn", "skimage", "h5py", "onnx", "onnxruntime", "tensorflow", "av"))


class _CompiledFinder(importlib.abc.MetaPathFinder):
    """Comes first: such a package is never what it looks like."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        # An older one is made for an older Python, and fails while it is imported.
        if name == "typing_extensions":
            return importlib.machinery.PathFinder.find_spec(name, [_STAND_INS[:-1]])
        if name.split(".", 1)[0] not in _COMPILED:
            return None
        frame = _importer(sys._getframe(1))
        if frame is _QUERY or (frame is not None and expects_failure(frame)):
            return None
        return importlib.machinery.ModuleSpec(name, _Loader(), is_package=True)


_QUERY = object()


def _is_stand_in(module: Any) -> bool:
    """A small package of our own: parts that it lacks are opaque."""
    file = getattr(module, "__file__", None) or getattr(sys.modules.get(getattr(module, "__name__", "").split(".", 1)[0]), "__file__", None) or ""
    return file.startswith((_STAND_INS, _OWN_NUMPY))


def _has_compiled(name: str, path: Any) -> bool:
    import os

    last = name.rpartition(".")[2]
    for folder in path or ():
        try:
            entries = os.listdir(folder)
        except (OSError, TypeError):
            continue
        if any(entry.startswith(last + ".") and entry.endswith((".so", ".pyd", ".dylib", ".compiled")) for entry in entries):
            return True
    return False


def _importer(frame: Any) -> Any:
    """The frame that wrote the import; _QUERY where it is only asked whether a module is there."""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith("<frozen importlib"):
            if frame.f_code.co_name == "find_spec" and "util" in file:
                return _QUERY
        elif file.endswith(("importlib/util.py", "/pkgutil.py", "importlib/metadata/__init__.py")):
            return _QUERY
        elif not file.endswith("importlib/__init__.py") and file != __file__:
            return frame
        frame = frame.f_back
    return None


def expects_failure(frame: Any) -> bool:
    """Whether the instruction runs inside a `try` that catches a failed import."""
    code, at = frame.f_code, frame.f_lasti
    entries = getattr(dis, "_parse_exception_table", lambda code: [])(code)
    targets = [entry.target for entry in entries if entry.start <= at < entry.end]
    if not targets:
        return False
    instructions = list(dis.get_instructions(code))
    places = {item.offset: index for index, item in enumerate(instructions)}
    return any(target in places and _catches_import(instructions, places[target]) for target in targets)


def _catches_import(instructions: list, start: int) -> bool:
    """Handlers load what they catch, up to the comparison; several clauses follow each other."""
    for item in instructions[start + 1 : start + 40]:
        if item.opname in ("WITH_EXCEPT_START", "RERAISE"):
            return False
        if item.opname == "POP_TOP":
            return True
        if item.opname.startswith("LOAD_") and item.argval in _EXPECTED:
            return True
    return False


#: Parts of the standard library whose compiled core the engine lacks. They are found, and would fail half-way: libraries
#: import them for logging, downloads and worker processes, none of which makes a shape.
_CORES = {"socket": "_socket", "ssl": "_ssl", "ctypes": "_ctypes", "sqlite3": "_sqlite3"}


#: Those of them that are missing: Python has them or not from its start on.
_absent = [name for name, core in _CORES.items() if core not in sys.builtin_module_names and importlib.machinery.PathFinder.find_spec(core) is None]


def _stand_in_for_cores() -> None:
    for name in _absent:
        if name not in sys.modules:
            sys.modules[name] = OpaqueModule(name)


def install() -> None:
    """Puts the stand-ins behind all other finders, and small packages of our own behind all other folders, once."""
    _stand_in_for_cores()
    if _STAND_INS[:-1] not in sys.path:
        sys.path.append(_STAND_INS[:-1])
    sys.modules["torch._opaque"] = sys.modules[__name__]
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _CompiledFinder())
        sys.meta_path.append(_Finder())
