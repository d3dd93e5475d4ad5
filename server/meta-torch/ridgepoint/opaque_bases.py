"""What a class that derives from a missing one derives from instead: a layer where the name says so, else a plain class."""

from __future__ import annotations

from typing import Any

#: Endings of names that stand for layers in libraries built on torch.
_LAYERS = ("Module", "Model", "Layer", "Block", "Net", "Head", "Backbone", "Transformer", "Attention", "Encoder", "Decoder")
#: Packages whose classes are not layers whatever their names say.
_PLAIN = frozenset(("pydantic", "sqlalchemy", "django", "flask", "fastapi", "huggingface_hub", "attr", "attrs", "marshmallow", "keras", "tensorflow", "flax", "jax"))
_made: dict[Any, Any] = {}


def known(module: str, name: str) -> Any:
    """Classes that programs use as more than a base."""
    if name in ("LightningModule", "Fabric") and module.split(".", 1)[0] in ("lightning", "pytorch_lightning", "lightning_fabric"):
        return _layer()
    if name in ("LightningDataModule", "Callback") and module.split(".", 1)[0] in ("lightning", "pytorch_lightning"):
        return _plain()
    if module == "triton" and name in ("Config", "jit", "autotune", "heuristics", "cdiv", "next_power_of_2"):
        from . import kernels

        return getattr(kernels, name)
    return None


def base_for(name: str, bases: tuple) -> Any:
    """The class for a missing one named `name`, among other bases."""
    last = name.rsplit(".", 1)[-1]
    has_layer = any(isinstance(base, type) and _is_layer(base) for base in bases)
    if not has_layer and last.endswith(_LAYERS) and name.split(".", 1)[0] not in _PLAIN:
        return _layer()
    return _plain()


def _is_layer(base: type) -> bool:
    from torch.nn import Module

    return issubclass(base, Module)


def _plain() -> Any:
    if "plain" not in _made:
        _made["plain"] = type("OpaqueBase", (), {
            "__init__": _start, "__getattr__": _attribute, "__init_subclass__": classmethod(lambda cls, **options: None),
            "__class_getitem__": classmethod(lambda cls, item: cls),
        })
    return _made["plain"]


def _layer() -> Any:
    """A layer that takes any arguments, and whose unknown methods (`log`, `save_hyperparameters`, …) do nothing."""
    if "layer" not in _made:
        from torch.nn import Module

        def start(self: Any, *args: Any, **kwargs: Any) -> None:
            Module.__init__(self)

        def attribute(self: Any, name: str) -> Any:
            try:
                return Module.__getattr__(self, name)
            except AttributeError:
                if name.startswith("_") or name in ("forward", "hparams_initial"):
                    raise
                return _unknown(type(self).__name__, name)

        _made["layer"] = type("OpaqueLayer", (Module,), {
            "__init__": start, "__getattr__": attribute, "__init_subclass__": classmethod(lambda cls, **options: None),
            "save_hyperparameters": _save_hyperparameters, "log": _nothing, "log_dict": _nothing, "print": _nothing,
        })
    return _made["layer"]


def _nothing(self: Any, *args: Any, **kwargs: Any) -> None:
    return None


def _save_hyperparameters(self: Any, *args: Any, ignore: Any = (), frame: Any = None, logger: bool = True) -> None:
    """Lightning's: the arguments of the constructor that calls it become `self.hparams`."""
    import sys

    caller = frame or sys._getframe(1)
    code = caller.f_code
    names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    skipped = {ignore} if isinstance(ignore, str) else set(ignore or ())
    chosen = {name: caller.f_locals[name] for name in names if name not in skipped and (not args or name in args)}
    values = caller.f_locals
    for name in code.co_varnames:
        if name in values and isinstance(values[name], dict) and name in ("kwargs", "hparams"):
            chosen.update(values[name])
    self.__dict__["hparams"] = Settings(chosen)


class Settings(dict):
    """A dictionary whose keys are also attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def _start(self: Any, *args: Any, **kwargs: Any) -> None:
    """Passed on, so that a layer beside this class starts as well."""
    try:
        super(_plain(), self).__init__(*args, **kwargs)
    except TypeError:
        super(_plain(), self).__init__()


def _attribute(self: Any, name: str) -> Any:
    """What a class beside this one knows first, then something unknown."""
    for base in type(self).__mro__:
        found = base.__dict__.get("__getattr__")
        if found is not None and found is not _attribute:
            return found(self, name)
    if name.startswith("_"):
        raise AttributeError(name)
    return _unknown(type(self).__name__, name)


def _unknown(owner: str, name: str) -> Any:
    from .opaque import Opaque

    return Opaque(f"{owner}.{name}")
