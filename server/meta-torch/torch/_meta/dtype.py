"""Element types, by torch's names. Only their width and kind matter: no tensor has contents."""

from __future__ import annotations

BOOL, INTEGER, FLOAT, COMPLEX = range(4)


class dtype:  # noqa: N801 - torch's own spelling
    """One element type; compared by identity, as in torch."""

    __slots__ = ("name", "itemsize", "category", "is_signed", "_to_real", "_to_complex")

    def __init__(self, name: str, itemsize: int, category: int, is_signed: bool = True) -> None:
        self.name = name
        self.itemsize = itemsize
        self.category = category
        self.is_signed = is_signed

    @property
    def is_floating_point(self) -> bool:
        return self.category == FLOAT

    @property
    def is_complex(self) -> bool:
        return self.category == COMPLEX

    def to_real(self) -> dtype:
        return _REAL_OF.get(self, self)

    def to_complex(self) -> dtype:
        return _COMPLEX_OF.get(self, self)

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        return self.name

    def __deepcopy__(self, memo: dict) -> dtype:
        return self

    def __copy__(self) -> dtype:
        return self


bool_ = dtype("bool", 1, BOOL, is_signed=False)
uint8 = dtype("uint8", 1, INTEGER, is_signed=False)
uint16 = dtype("uint16", 2, INTEGER, is_signed=False)
uint32 = dtype("uint32", 4, INTEGER, is_signed=False)
uint64 = dtype("uint64", 8, INTEGER, is_signed=False)
int8 = dtype("int8", 1, INTEGER)
int16 = dtype("int16", 2, INTEGER)
int32 = dtype("int32", 4, INTEGER)
int64 = dtype("int64", 8, INTEGER)
float16 = dtype("float16", 2, FLOAT)
bfloat16 = dtype("bfloat16", 2, FLOAT)
float32 = dtype("float32", 4, FLOAT)
float64 = dtype("float64", 8, FLOAT)
float8_e4m3fn = dtype("float8_e4m3fn", 1, FLOAT)
float8_e4m3fnuz = dtype("float8_e4m3fnuz", 1, FLOAT)
float8_e5m2 = dtype("float8_e5m2", 1, FLOAT)
float8_e5m2fnuz = dtype("float8_e5m2fnuz", 1, FLOAT)
float8_e8m0fnu = dtype("float8_e8m0fnu", 1, FLOAT, is_signed=False)
float4_e2m1fn_x2 = dtype("float4_e2m1fn_x2", 1, FLOAT)
complex32 = dtype("complex32", 4, COMPLEX)
complex64 = dtype("complex64", 8, COMPLEX)
complex128 = dtype("complex128", 16, COMPLEX)
qint8 = dtype("qint8", 1, INTEGER)
quint8 = dtype("quint8", 1, INTEGER, is_signed=False)
qint32 = dtype("qint32", 4, INTEGER)

ALL = (
    bool_, uint8, uint16, uint32, uint64, int8, int16, int32, int64, float16, bfloat16, float32, float64,
    float8_e4m3fn, float8_e4m3fnuz, float8_e5m2, float8_e5m2fnuz, float8_e8m0fnu, float4_e2m1fn_x2,
    complex32, complex64, complex128, qint8, quint8, qint32,
)
BY_NAME = {item.name: item for item in ALL}
ALIASES = {
    "half": float16, "float": float32, "double": float64, "short": int16, "int": int32, "long": int64,
    "chalf": complex32, "cfloat": complex64, "cdouble": complex128,
}
_REAL_OF = {complex32: float16, complex64: float32, complex128: float64}
_COMPLEX_OF = {float16: complex32, bfloat16: complex64, float32: complex64, float64: complex128}


class _Default:
    """The default floating type, as `torch.set_default_dtype` sets it."""

    __slots__ = ("floating",)

    def __init__(self) -> None:
        self.floating = float32


default = _Default()


def of_scalar(value: object) -> dtype:
    """Type that torch infers for a Python number."""
    if isinstance(value, bool):
        return bool_
    if isinstance(value, int):
        return int64
    if isinstance(value, complex):
        return default.floating.to_complex()
    return default.floating
