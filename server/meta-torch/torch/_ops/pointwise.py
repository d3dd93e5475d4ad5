"""
Element-wise operators, from a table: how many operands, what the result's type is, and how small contents follow.
Type rules: `same` keeps the promoted type, `float` makes integers floating, `bool` answers truth values.
"""

from __future__ import annotations

import math
import operator as py
from typing import Any, Callable

from .._meta import dtype as d
from .._meta import autocast, recorder, values
from .._meta.data_number import DataNumber
from .._meta.promotion import floating_result, result_type
from .._meta.shape import broadcast, count
from .._tensor import Tensor
from .registry import cast_list, functions, in_place_of, long_name, make, operator


#: Which types an operator has no kernel for: b(ool), i(nteger), f(loating), c(omplex); of the result, for two operands.
REFUSED = {
    **dict.fromkeys(("neg", "negative", "positive"), "b"),
    **dict.fromkeys(("floor", "ceil", "trunc", "fix", "round", "relu", "fmod", "remainder", "floor_divide"), "bc"),
    **dict.fromkeys(("frac", "hypot", "logaddexp", "logaddexp2", "nextafter"), "bic"),
    **dict.fromkeys(("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not"), "fc"),
    **dict.fromkeys(("bitwise_left_shift", "bitwise_right_shift", "gcd", "lcm"), "bfc"),
    **dict.fromkeys((
        "maximum", "minimum", "fmax", "fmin", "atan2", "copysign", "heaviside", "lt", "le", "gt", "ge", "xlogy", "sign",
        "signbit", "isneginf", "isposinf", "erf", "erfc", "erfinv", "exp2", "expm1", "log1p", "lgamma", "digamma", "i0",
        "rad2deg", "deg2rad",
    ), "c"),
    "abs": "b",
    "pow": "b",
}
_CATEGORIES = "bifc"


def _mask(name: str) -> int:
    return sum(1 << _CATEGORIES.index(letter) for letter in REFUSED.get(name, ""))


def _refuse(name: str, kind: d.dtype) -> None:
    if kind is d.bool_ and name in ("neg", "negative"):
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or "
            "`logical_not()` operator instead."
        )
    raise RuntimeError(f"\"{name}_cpu\" not implemented for '{long_name(kind)}'")


def _unary(name: str, rule: str, function: Callable | None = None, aliases: tuple = ()) -> None:
    refused = _mask(name)
    needs_full = name in autocast.FULL_PRECISION

    def implementation(input: Tensor, *, out: Tensor | None = None) -> Tensor:  # noqa: A002 - torch's own name
        kind = input.dtype
        if refused >> kind.category & 1:
            _refuse(name, kind)
        if rule == "float":
            kind = floating_result(kind)
            if needs_full and autocast.state.active:
                kind = autocast.full_type(name, input.device.type, kind)
        elif rule == "bool":
            kind = d.bool_
        elif rule == "real":
            kind = kind.to_real()
        value = None
        if function is not None and input._value is not None:
            value = cast_list(values.apply(function, input._value), kind)
        return make(name, input._shape, kind, (input,), None, value)

    implementation.__name__ = name
    operator(name, *aliases, in_place=True)(implementation)


def _sign(x: Any) -> Any:
    return (x > 0) - (x < 0)


def _round(x: Any) -> Any:
    return round(x)


for _name, _function in {
    "neg": py.neg, "negative": py.neg, "positive": py.pos, "sign": _sign, "sgn": None,
    "floor": math.floor, "ceil": math.ceil, "trunc": math.trunc, "fix": math.trunc, "frac": lambda x: x - math.trunc(x),
    "relu": lambda x: max(x, 0), "conj": None, "conj_physical": None, "resolve_conj": None, "resolve_neg": None,
    "bitwise_not": None, "relu6": lambda x: min(max(x, 0), 6),
}.items():
    _unary(_name, "same", _function)

for _name, _function in {
    "exp": math.exp, "exp2": lambda x: 2.0**x, "expm1": math.expm1, "log": math.log, "log2": math.log2, "log10": math.log10,
    "log1p": math.log1p, "sqrt": math.sqrt, "rsqrt": lambda x: 1 / math.sqrt(x), "reciprocal": lambda x: 1 / x,
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "asin": math.asin, "acos": math.acos, "atan": math.atan,
    "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh, "asinh": math.asinh, "acosh": math.acosh, "atanh": math.atanh,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)), "erf": math.erf, "erfc": math.erfc, "erfinv": None, "lgamma": math.lgamma,
    "digamma": None, "i0": None, "sinc": None, "rad2deg": math.degrees, "deg2rad": math.radians,
    "mish": None, "silu": None, "softsign": None, "tanhshrink": None,
}.items():
    _unary(_name, "float", _function)

for _alias, _of in {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "absolute": "abs", "special_expit": "sigmoid"}.items():
    if _of in functions:
        operator(_alias, in_place=True)(functions[_of])

for _name, _function in {
    "isnan": lambda x: x != x, "isinf": lambda x: abs(x) == math.inf, "isfinite": lambda x: abs(x) < math.inf,
    "isposinf": lambda x: x == math.inf, "isneginf": lambda x: x == -math.inf, "isreal": None,
    "logical_not": lambda x: not x, "signbit": lambda x: x < 0,
}.items():
    _unary(_name, "bool", _function)


@operator(in_place=True)
def square(input: Tensor, *, out: Tensor | None = None) -> Tensor:  # noqa: A002
    kind = d.int64 if input.dtype is d.bool_ else input.dtype
    value = cast_list(values.apply(lambda x: x * x, input._value), kind) if input._value is not None else None
    return make("square", input._shape, kind, (input,), None, value)


@operator("abs", "absolute", "__abs__", in_place=True)
def abs_(input: Tensor, *, out: Tensor | None = None) -> Tensor:  # noqa: A002
    if input.dtype is d.bool_:
        _refuse("abs", input.dtype)
    value = values.apply(abs, input._value) if input._value is not None else None
    return make("abs", input._shape, input.dtype.to_real(), (input,), None, value)


@operator("round", in_place=True)
def round_(input: Tensor, *, decimals: int = 0, out: Tensor | None = None) -> Tensor:  # noqa: A002
    if input.dtype.category in (d.BOOL, d.COMPLEX):
        _refuse("round", input.dtype)
    value = values.apply(_round, input._value) if input._value is not None and decimals == 0 else None
    value = cast_list(value, input.dtype)
    return make("round", input._shape, input.dtype, (input,), None, value)


def _contents(function: Callable, left: Any, right: Any, shape: tuple) -> list | None:
    a = left._value if isinstance(left, Tensor) else [left]
    b = right._value if isinstance(right, Tensor) else [right]
    if a is None or b is None or type(left) is DataNumber or type(right) is DataNumber:
        return None
    if not values.fits(count(shape), False) and not values.fits(count(shape), True):
        return None
    a = values.broadcast(a, left._shape if isinstance(left, Tensor) else (), shape)
    b = values.broadcast(b, right._shape if isinstance(right, Tensor) else (), shape)
    return values.apply(function, a, b)


def _not_a_tensor(value: Any) -> bool:
    return not isinstance(value, (Tensor, int, float, complex)) and not hasattr(value, "__float__")


def binary(name: str, left: Any, right: Any, rule: str, function: Callable | None, refused: int = 0) -> Tensor:
    """One element-wise result of two operands; at least one is a tensor."""
    left_is_tensor, right_is_tensor = isinstance(left, Tensor), isinstance(right, Tensor)
    shape = broadcast(left._shape if left_is_tensor else (), right._shape if right_is_tensor else ())
    if left_is_tensor and right_is_tensor and left.dtype is right.dtype:
        kind = left.dtype
    else:
        kind = result_type((left, right))
    if refused >> kind.category & 1:
        _refuse(name, kind)
    if rule == "float":
        kind = floating_result(kind)
    elif rule == "bool":
        kind = d.bool_
    elif rule == "double":
        kind = d.complex128 if kind.category == d.COMPLEX else d.float64
    if autocast.state.active and name in autocast.FULL_PRECISION:
        kind = autocast.full_type(name, (left if left_is_tensor else right).device.type, kind)
    value = None
    if function is not None:
        value = _contents(function, left, right, shape)
        if value is not None:
            value = cast_list(value, kind)
    if left_is_tensor and right_is_tensor:
        return make(name, shape, kind, (left, right), None, value)
    number = right if left_is_tensor else left
    attributes = {"scalar": _plain(number), "scalar_first": right_is_tensor} if recorder.active is not None else None
    return make(name, shape, kind, (left if left_is_tensor else right,), attributes, value)


def _plain(number: Any) -> Any:
    if isinstance(number, (bool, int, float)):
        return number
    try:
        return float(number)
    except (TypeError, ValueError):
        return str(number)


def _define_binary(name: str, rule: str, function: Callable | None, aliases: tuple = (), dunder: str = "") -> None:
    refused = _mask(name)

    def implementation(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:  # noqa: A002
        return binary(name, input, other, rule, function, refused)

    implementation.__name__ = name
    operator(name, *aliases, in_place=True)(implementation)
    if dunder:
        _define_dunder(name, rule, function, dunder)


def _define_dunder(name: str, rule: str, function: Callable | None, dunder: str) -> None:
    refused = _mask(name)

    def forward(self: Tensor, other: Any) -> Any:
        return NotImplemented if _not_a_tensor(other) else binary(name, self, other, rule, function, refused)

    def backward(self: Tensor, other: Any) -> Any:
        return NotImplemented if _not_a_tensor(other) else binary(name, other, self, rule, function, refused)

    setattr(Tensor, f"__{dunder}__", forward)
    if rule != "bool":
        setattr(Tensor, f"__r{dunder}__", backward)
        setattr(Tensor, f"__i{dunder}__", in_place_of(forward, name))


def _int_or(function: Callable, logical: Callable) -> Callable:
    return lambda a, b: logical(a, b) if isinstance(a, bool) and isinstance(b, bool) else function(a, b)


_define_binary("mul", "same", py.mul, ("multiply",), "mul")
_define_binary("true_divide", "float", py.truediv, (), "truediv")
_define_binary("floor_divide", "same", py.floordiv, (), "floordiv")
_define_binary("remainder", "same", py.mod, (), "mod")
_define_binary("fmod", "same", math.fmod)
_define_binary("pow", "same", py.pow, (), "pow")
_define_binary("float_power", "double", None)
_define_binary("maximum", "same", max)
_define_binary("minimum", "same", min)
_define_binary("fmax", "same", max)
_define_binary("fmin", "same", min)
_define_binary("atan2", "float", math.atan2, ("arctan2",))
_define_binary("hypot", "same", math.hypot)
_define_binary("logaddexp", "float", None)
_define_binary("logaddexp2", "float", None)
_define_binary("xlogy", "float", None)
_define_binary("copysign", "float", math.copysign)
_define_binary("nextafter", "same", None)
_define_binary("gcd", "same", math.gcd)
_define_binary("lcm", "same", math.lcm)
_define_binary("bitwise_and", "same", py.and_, (), "and")
_define_binary("bitwise_or", "same", py.or_, (), "or")
_define_binary("bitwise_xor", "same", py.xor, (), "xor")
_define_binary("bitwise_left_shift", "same", py.lshift, (), "lshift")
_define_binary("bitwise_right_shift", "same", py.rshift, (), "rshift")
_define_binary("logical_and", "bool", lambda a, b: bool(a and b))
_define_binary("logical_or", "bool", lambda a, b: bool(a or b))
_define_binary("logical_xor", "bool", lambda a, b: bool(a) != bool(b))
for _name, _python, _aliases in (
    ("eq", py.eq, ()), ("ne", py.ne, ("not_equal",)), ("lt", py.lt, ("less",)), ("le", py.le, ("less_equal",)),
    ("gt", py.gt, ("greater",)), ("ge", py.ge, ("greater_equal",)),
):
    _define_binary(_name, "bool", _python, _aliases, _name)
Tensor.__hash__ = lambda self: id(self)  # type: ignore[method-assign]
Tensor.__neg__ = functions["neg"]
Tensor.__pos__ = lambda self: self
Tensor.__abs__ = abs_
Tensor.__invert__ = lambda self: functions["logical_not"](self) if self.dtype is d.bool_ else functions["bitwise_not"](self)


def _no_bool_sub(left: Any, right: Any) -> None:
    for item in (left, right):
        if isinstance(item, bool) or (isinstance(item, Tensor) and item.dtype is d.bool_):
            raise RuntimeError(
                "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the "
                "`~` or `logical_not()` operator instead."
            )


def _with_alpha(name: str, function: Callable) -> Callable:
    def implementation(input: Any, other: Any, *, alpha: Any = 1, out: Tensor | None = None) -> Tensor:  # noqa: A002
        if name == "sub":
            _no_bool_sub(input, other)
        if alpha != 1:
            other = other * alpha
        return binary(name, input, other, "same", function)

    implementation.__name__ = name
    return implementation


operator("add", in_place=True)(_with_alpha("add", py.add))
operator("sub", "subtract", in_place=True)(_with_alpha("sub", py.sub))
_define_dunder("add", "same", py.add, "add")


def _sub_dunder(self: Tensor, other: Any) -> Any:
    if _not_a_tensor(other):
        return NotImplemented
    _no_bool_sub(self, other)
    return binary("sub", self, other, "same", py.sub)


def _rsub_dunder(self: Tensor, other: Any) -> Any:
    if _not_a_tensor(other):
        return NotImplemented
    _no_bool_sub(self, other)
    return binary("sub", other, self, "same", py.sub)


Tensor.__sub__ = _sub_dunder
Tensor.__rsub__ = _rsub_dunder
Tensor.__isub__ = in_place_of(_sub_dunder, "sub")


@operator(in_place=True)
def heaviside(input: Tensor, values: Tensor, *, out: Tensor | None = None) -> Tensor:  # noqa: A002
    if input.dtype is not values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    return binary("heaviside", input, values, "same", None, _mask("heaviside"))



@operator(in_place=True)
def rsub(input: Tensor, other: Any, *, alpha: Any = 1) -> Tensor:  # noqa: A002
    return functions["sub"](other, input, alpha=alpha)


@operator(in_place=True)
def ldexp(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:  # noqa: A002
    """`input * 2**other`, typed as that product is."""
    with recorder.paused():
        power = binary("pow", 2.0, other, "same", None)
    result = binary("ldexp", input, other, "float", None)
    result.dtype = result_type((input, power))
    return result


@operator("div", "divide", in_place=True)
def div(input: Any, other: Any, *, rounding_mode: str | None = None, out: Tensor | None = None) -> Tensor:  # noqa: A002
    if rounding_mode is None:
        return binary("div", input, other, "float", py.truediv)
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'")
    function = py.floordiv if rounding_mode == "floor" else lambda a, b: int(a / b)
    return binary("div", input, other, "same", function, _mask("floor_divide"))


def _div_dunder(self: Tensor, other: Any) -> Any:
    return NotImplemented if _not_a_tensor(other) else binary("div", self, other, "float", py.truediv)


Tensor.__truediv__ = _div_dunder
Tensor.__rtruediv__ = lambda self, other: NotImplemented if _not_a_tensor(other) else binary("div", other, self, "float", py.truediv)
Tensor.__itruediv__ = in_place_of(_div_dunder, "div")
