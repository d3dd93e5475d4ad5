"""Operators that work element by element."""

from __future__ import annotations

from operands import KINDS, NUMBERS, RANDOM, SHAPES, kind, known, pick, tensor

UNARY = """abs absolute acos arccos acosh asin arcsin asinh atan arctan atanh bitwise_not ceil conj cos cosh deg2rad digamma erf erfc
erfinv exp exp2 expm1 fix floor frac isfinite isinf isnan isneginf isposinf isreal lgamma log log10 log1p log2 logical_not
logit nan_to_num neg negative positive rad2deg reciprocal relu round rsqrt sgn sigmoid sign signbit sin sinc sinh sqrt
square tan tanh trunc i0 angle clone detach real ravel numel is_floating_point is_complex is_nonzero t msort
logical_not isreal resolve_conj resolve_neg frexp matrix_exp imag view_as_real adjoint squeeze flatten
corrcoef cov inverse det pinverse logdet slogdet fliplr flipud rot90 trace diag diagflat diag_embed tril triu diagonal
atleast_1d atleast_2d atleast_3d count_nonzero amax amin aminmax""".split()


def unary():
    for op in dict.fromkeys(UNARY):
        for shape in pick(SHAPES, 3):
            for name in pick(KINDS, 4):
                yield f"torch.{op}", [tensor(shape, name)], {}


BINARY = """add sub subtract mul multiply div divide true_divide floor_divide remainder fmod pow float_power maximum minimum fmax fmin
atan2 arctan2 hypot logaddexp logaddexp2 xlogy copysign nextafter heaviside gcd lcm ldexp bitwise_and bitwise_or bitwise_xor
bitwise_left_shift bitwise_right_shift logical_and logical_or logical_xor eq ne not_equal lt less le less_equal gt greater
ge greater_equal isclose rsub kron outer inner dot vdot mv mm bmm matmul cross dist broadcast_tensors equal
complex polar""".split()
OPERATORS = "__add__ __sub__ __mul__ __truediv__ __floordiv__ __mod__ __pow__ __and__ __or__ __xor__ __lshift__ __rshift__ __matmul__ __eq__ __lt__".split()


def binary():
    for op in BINARY:
        for _ in range(9):
            left, right = RANDOM.choice(SHAPES), RANDOM.choice(SHAPES)
            if RANDOM.random() < 0.5:
                right = left
            a = RANDOM.choice(KINDS)
            b = a if RANDOM.random() < 0.5 else RANDOM.choice(KINDS)
            yield f"torch.{op}", [tensor(left, a), tensor(right, b)], {}
    for op in OPERATORS:
        for _ in range(5):
            left, right = RANDOM.choice(SHAPES), RANDOM.choice(SHAPES)
            yield f"Tensor.{op}", [tensor(left, RANDOM.choice(NUMBERS)), tensor(right, RANDOM.choice(NUMBERS))], {}
    for op in ("add", "sub"):
        yield f"torch.{op}", [tensor((2, 3)), tensor((3,))], {"alpha": 2}
    for mode in ("floor", "trunc", "round"):
        for a in ("int64", "float32"):
            yield "torch.div", [tensor((2, 3), a), tensor((3,), a)], {"rounding_mode": mode}
    for a in KINDS:
        for b in KINDS:
            yield "torch.result_type", [tensor((2,), a), tensor((), b)], {}
            yield "torch.promote_types", [kind(a), kind(b)], {}
            yield "torch.can_cast", [kind(a), kind(b)], {}


def scalar():
    for op in ("add", "sub", "mul", "div", "floor_divide", "remainder", "fmod", "pow", "eq", "lt", "bitwise_and", "xlogy", "rsub",
               "float_power", "true_divide", "ge", "bitwise_or"):
        for name in pick(KINDS, 5):
            for number in (2, 2.5, True):
                yield f"torch.{op}", [tensor(RANDOM.choice(SHAPES), name), number], {}
    for op in ("__radd__", "__rsub__", "__rmul__", "__rtruediv__", "__rpow__", "__rfloordiv__", "__rmod__"):
        for name in pick(NUMBERS, 4):
            yield f"Tensor.{op}", [tensor((2, 3), name), RANDOM.choice([2, 2.5, True])], {}


def ternary():
    for name in KINDS:
        for low, high in ((0, 1), (0.5, None), (None, None), (None, 1.5), (tensor((3,)), None), (tensor((2, 1)), tensor((3,))), (tensor((3,)), 2)):
            yield "torch.clamp", [tensor((2, 3), name), low, high], {}
        for value in (1, 1.5, True, tensor((), "float32"), tensor((), "int64"), tensor((1,))):
            yield "torch.masked_fill", [tensor((2, 3), name), tensor((3,), "bool"), value], {}
        yield "torch.where", [tensor((2, 3), "bool"), tensor((3,), name), 1.5], {}
        yield "torch.where", [tensor((2, 3), "bool"), 1, tensor((3,), name)], {}
        yield "torch.where", [tensor((2, 3), "bool"), tensor((3,), name), tensor((2, 1), "float32")], {}
        yield "torch.where", [tensor((2, 3), name), tensor((3,)), tensor((2, 1), "float32")], {}
        yield "torch.lerp", [tensor((2, 3), name), tensor((3,), name), 0.5], {}
        yield "torch.lerp", [tensor((2, 3)), tensor((3,)), tensor((2, 1), name)], {}
        for op in ("addcmul", "addcdiv"):
            yield f"torch.{op}", [tensor((2, 3), name), tensor((3,), name), tensor((2, 1), name)], {"value": 2}
            yield f"torch.{op}", [tensor((2, 3)), tensor((3,), name), tensor((4, 1), name)], {}
        yield "torch.masked_scatter", [tensor((2, 3), name), tensor((3,), "bool"), tensor((6,))], {}
        yield "torch.nan_to_num", [tensor((2, 3), name), 0.0], {}
    yield "torch.where", [tensor((2, 3), "bool"), tensor((4,)), tensor(())], {}
    yield "torch.where", [tensor((2, 3), "bool"), 1, 2], {}
    yield "torch.where", [tensor((2, 3), "bool"), 1.0, 2], {}
    yield "torch.allclose", [known([1.0], "float32"), known([1.0], "float32")], {}
    yield "torch.clamp_min", [tensor((2, 3)), 0], {}
    yield "torch.clip", [tensor((2, 3)), 0, 1], {}
    yield "torch.masked_fill", [tensor((3,)), tensor((2, 3), "bool"), 1], {}


IN_PLACE = """add_ sub_ mul_ div_ pow_ clamp_min_ maximum floor_divide_ remainder_ eq_ logical_and_ bitwise_and_ copy_ atan2_ lt_""".split()


def in_place():
    for op in IN_PLACE:
        for _ in range(10):
            left, right = RANDOM.choice(SHAPES), RANDOM.choice(SHAPES)
            yield f"Tensor.{op}", [tensor(left, RANDOM.choice(NUMBERS)), tensor(right, RANDOM.choice(NUMBERS))], {}
    for op in ("relu_", "sigmoid_", "tanh_", "exp_", "abs_", "neg_", "floor_", "zero_", "sqrt_", "logical_not_", "round_", "erf_", "t_", "squeeze_", "sign_", "normal_", "uniform_", "exponential_"):
        for name in pick(NUMBERS, 4):
            yield f"Tensor.{op}", [tensor((2, 3), name)], {}
    yield "Tensor.unsqueeze_", [tensor((2, 3)), 1], {}
    yield "Tensor.transpose_", [tensor((2, 3)), 0, 1], {}
    yield "Tensor.fill_", [tensor((2, 3)), 1], {}
    yield "Tensor.fill_", [tensor((2, 3)), tensor((2,))], {}
    yield "Tensor.masked_fill_", [tensor((2, 3)), tensor((3,), "bool"), 1.5], {}
    yield "Tensor.masked_fill_", [tensor((3,)), tensor((2, 3), "bool"), 1.5], {}
    yield "Tensor.resize_", [tensor((2, 3)), 4, 5], {}
    yield "Tensor.index_add_", [tensor((2, 3)), 0, known([0, 1]), tensor((2, 3))], {}
    yield "Tensor.tril_", [tensor((2, 3))], {}
    yield "Tensor.lerp_", [tensor((2, 3)), tensor((3,)), 0.5], {}
    yield "Tensor.addmm_", [tensor((2, 4)), tensor((2, 3)), tensor((3, 4))], {}
    yield "Tensor.clamp_", [tensor((2, 3), "int64"), 0.5, 1], {}
