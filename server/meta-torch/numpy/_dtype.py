"""Element types and the scalars of their names. Scalars are Python's numbers with a type attached."""

from __future__ import annotations

from typing import Any

#: Name: (bytes, kind), kinds in the order that promotion goes.
_TABLE = {
    "bool": (1, "b"), "uint8": (1, "u"), "int8": (1, "i"), "uint16": (2, "u"), "int16": (2, "i"), "uint32": (4, "u"),
    "int32": (4, "i"), "uint64": (8, "u"), "int64": (8, "i"), "float16": (2, "f"), "float32": (4, "f"), "float64": (8, "f"),
    "complex64": (8, "c"), "complex128": (16, "c"), "object": (8, "O"), "str": (4, "U"),
}
_KINDS = "buifcOU"
_CODES = {
    "f2": "float16", "f4": "float32", "f8": "float64", "f": "float32", "d": "float64", "e": "float16", "i1": "int8", "i2": "int16",
    "i4": "int32", "i8": "int64", "u1": "uint8", "u2": "uint16", "u4": "uint32", "u8": "uint64", "b1": "bool", "?": "bool", "i": "int32",
    "l": "int64", "half": "float16", "single": "float32", "double": "float64", "float": "float64", "int": "int64", "bool_": "bool",
}


class dtype:  # noqa: N801
    """One element type; equal to its name and to its scalar class."""

    _known: dict[str, Any] = {}

    def __new__(cls, given: Any = "float64") -> Any:
        name = _name(given)
        made = cls._known.get(name)
        if made is None:
            made = cls._known[name] = object.__new__(cls)
            made.name = name
            made.itemsize, made.kind = _TABLE[name]
        return made

    @property
    def type(self) -> Any:
        return SCALARS[self.name]

    def __eq__(self, other: Any) -> bool:
        try:
            return self is dtype(other)
        except TypeError:
            return False

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"dtype('{self.name}')"

    def __str__(self) -> str:
        return self.name

    def newbyteorder(self, order: str = "S") -> dtype:
        return self


def _name(given: Any) -> str:
    if isinstance(given, dtype):
        return given.name
    if given is None or given is float:
        return "float64"
    if given is int:
        return "int64"
    if given is bool:
        return "bool"
    if given is complex:
        return "complex128"
    if given is str:
        return "str"
    if isinstance(given, str):
        text = given.lstrip("<>=|")
        text = _CODES.get(text, text)
        if text in _TABLE:
            return text
        raise TypeError(f"data type '{given}' not understood")
    name = getattr(given, "_kind", None) or getattr(given, "name", None)
    if isinstance(name, str) and name in _TABLE:
        return name
    if isinstance(given, type):
        return "object"
    raise TypeError(f"Cannot interpret '{given}' as a data type")


def promote(*kinds: dtype) -> dtype:
    """The type that holds all of them; integers with floating ones need enough bits."""
    result = kinds[0]
    for kind in kinds[1:]:
        low, high = sorted((result, kind), key=lambda item: (_KINDS.index(item.kind), item.itemsize))
        if low.kind in "bui" and high.kind == "f" and low.itemsize >= high.itemsize and low.kind != "b":
            high = dtype("float32") if low.itemsize <= 2 and high.itemsize == 4 else dtype("float64") if low.itemsize >= 4 else dtype("float32")
        if low.kind == "u" and high.kind == "i" and low.itemsize >= high.itemsize:
            high = dtype({1: "int16", 2: "int32", 4: "int64"}.get(low.itemsize, "float64"))
        result = high
    return result


class generic:  # noqa: N801
    """What all scalars share."""

    _kind = "object"
    shape: tuple = ()
    ndim = 0
    size = 1

    @property
    def dtype(self) -> Any:
        return dtype(self._kind)

    @property
    def itemsize(self) -> int:
        return _TABLE[self._kind][0]

    @property
    def nbytes(self) -> int:
        return self.itemsize

    def item(self) -> Any:
        return self + 0  # type: ignore[operator]

    tolist = item

    def astype(self, kind: Any) -> Any:
        return SCALARS[dtype(kind).name](self)

    def __getitem__(self, key: Any) -> Any:
        if key == ():
            return self
        raise IndexError("invalid index to scalar variable.")


class number(generic):  # noqa: N801
    pass


class integer(number):  # noqa: N801
    pass


class inexact(number):  # noqa: N801
    pass


class floating(inexact):  # noqa: N801
    pass


signedinteger = unsignedinteger = integer


def _whole(name: str) -> type:
    return type(name, (integer, int), {"_kind": name, "__module__": "numpy", "item": lambda self: int(self), "tolist": lambda self: int(self), "__hash__": int.__hash__})


def _real(name: str) -> type:
    return type(name, (floating, float), {"_kind": name, "__module__": "numpy", "item": lambda self: float(self), "tolist": lambda self: float(self), "__hash__": float.__hash__})


int8, int16, int32, int64 = (_whole(name) for name in ("int8", "int16", "int32", "int64"))
uint8, uint16, uint32, uint64 = (_whole(name) for name in ("uint8", "uint16", "uint32", "uint64"))
float16, float32, float64 = (_real(name) for name in ("float16", "float32", "float64"))
intp, half, single = int64, float16, float32


class bool_(generic, int):  # noqa: N801
    _kind = "bool"

    def __new__(cls, value: Any = False) -> Any:
        return int.__new__(cls, bool(value))

    def __repr__(self) -> str:
        return str(bool(self))

    def item(self) -> bool:
        return bool(self)


bool8 = bool_


class complex64(inexact, complex):  # type: ignore[misc]  # noqa: N801
    _kind = "complex64"


class complex128(inexact, complex):  # type: ignore[misc]  # noqa: N801
    _kind = "complex128"


class str_(str, generic):  # noqa: N801
    _kind = "str"


class object_(generic):  # noqa: N801
    _kind = "object"


SCALARS: dict[str, Any] = {
    item._kind: item
    for item in (int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, float32, float64, bool_, complex64, complex128, str_, object_)
}


class finfo:  # noqa: N801
    """Limits of a floating type, from its widths of exponent and fraction (IEEE 754)."""

    def __init__(self, given: Any) -> None:
        self.dtype = dtype(given)
        exponent, fraction = {2: (5, 10), 4: (8, 23), 8: (11, 52)}[self.dtype.itemsize]
        self.bits = self.dtype.itemsize * 8
        self.eps = 2.0**-fraction
        self.max = (2.0 - self.eps) * 2.0 ** (2 ** (exponent - 1) - 1)
        self.min = -self.max
        self.tiny = self.smallest_normal = 2.0 ** (2 - 2 ** (exponent - 1))


class iinfo:  # noqa: N801
    def __init__(self, given: Any) -> None:
        self.dtype = dtype(given)
        self.bits = self.dtype.itemsize * 8
        self.min = 0 if self.dtype.kind == "u" else -(2 ** (self.bits - 1))
        self.max = 2**self.bits - 1 if self.dtype.kind == "u" else 2 ** (self.bits - 1) - 1
