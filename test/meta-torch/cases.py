"""
Call forms of torch's operators with generated operands, the same in every process: plain data, so that the real torch
and ours can be given the same calls. A case is (op, arguments, keyword arguments); `run.py` makes operands of it.
"""

from __future__ import annotations

import random

SHAPES = [(), (1,), (3,), (0,), (2, 3), (3, 1), (1, 3), (2, 0), (2, 3, 4), (1, 3, 1), (4, 1, 2, 3), (2, 2, 1, 2, 2)]
NUMBERS = ["bool", "uint8", "int32", "int64", "float16", "bfloat16", "float32", "float64"]
KINDS = [*NUMBERS, "complex64"]
FLOATS = ["float32", "float64"]
_random = random.Random()


def tensor(shape, kind="float32", fill=None):
    """An operand without known contents; `fill` is "eye" for a well-conditioned matrix, "zeros" for an index."""
    return {"shape": list(shape), "dtype": kind, **({"fill": fill} if fill else {})}


def known(values, kind="int64"):
    """An operand with contents that both sides know."""
    return {"values": values, "dtype": kind}


def cut(*bounds):
    return {"slice": list(bounds)}


def group(*items):
    return {"tuple": list(items)}


def kind(name):
    return {"type": name}


ELLIPSIS = {"ellipsis": True}


def all_cases(seed=20):
    """Every case as (number, op, arguments, keyword arguments); another seed gives other operands."""
    found = []
    for family in (unary, binary, scalar, reductions, movement, joining, products, indexing, scattering, sorting, factories,
                   ternary, conversion, spectral, linear_algebra, special, calculus, in_place, values):
        _random.seed(f"{family.__name__} {seed}")
        found.extend(family())
    return [(number, *case) for number, case in enumerate(found)]


def pick(items, count):
    return _random.sample(items, min(count, len(items)))


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
            left, right = _random.choice(SHAPES), _random.choice(SHAPES)
            if _random.random() < 0.5:
                right = left
            a = _random.choice(KINDS)
            b = a if _random.random() < 0.5 else _random.choice(KINDS)
            yield f"torch.{op}", [tensor(left, a), tensor(right, b)], {}
    for op in OPERATORS:
        for _ in range(5):
            left, right = _random.choice(SHAPES), _random.choice(SHAPES)
            yield f"Tensor.{op}", [tensor(left, _random.choice(NUMBERS)), tensor(right, _random.choice(NUMBERS))], {}
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
                yield f"torch.{op}", [tensor(_random.choice(SHAPES), name), number], {}
    for op in ("__radd__", "__rsub__", "__rmul__", "__rtruediv__", "__rpow__", "__rfloordiv__", "__rmod__"):
        for name in pick(NUMBERS, 4):
            yield f"Tensor.{op}", [tensor((2, 3), name), _random.choice([2, 2.5, True])], {}


REDUCTIONS = """sum mean prod amax amin max min argmax argmin std var median nanmedian nansum nanmean any all norm logsumexp
count_nonzero cumsum cumprod logcumsumexp cummax cummin mode softmax log_softmax argsort sort""".split()
SEVERAL = {"sum", "mean", "amax", "amin", "std", "var", "nansum", "nanmean", "norm", "logsumexp"}


def reductions():
    for op in REDUCTIONS:
        for _ in range(5):
            shape = _random.choice(SHAPES)
            yield f"torch.{op}", [tensor(shape, _random.choice(KINDS))], {}
        for _ in range(7):
            shape = _random.choice(SHAPES)
            name = "float32" if _random.random() < 0.6 else _random.choice(KINDS)
            yield f"torch.{op}", [tensor(shape, name), _random.randint(-3, 2)], {}
        if op not in ("cumsum", "cumprod", "logcumsumexp", "cummax", "cummin", "softmax", "log_softmax", "count_nonzero", "argsort", "sort"):
            for _ in range(5):
                yield f"torch.{op}", [tensor(_random.choice(SHAPES)), _random.randint(-2, 1)], {"keepdim": True}
        if op in SEVERAL:
            for dims in ([0, 1], [-1, 0], [1, 1], []):
                yield f"Tensor.{op}", [tensor((2, 3, 4))], {"dim": dims, "keepdim": _random.random() < 0.5}
    for op in ("sum", "mean", "prod", "cumsum", "nansum"):
        for name in ("int32", "float32", "bool"):
            yield f"torch.{op}", [tensor((2, 3), name), 0], {"dtype": kind("float64")}
    for op in ("std", "var", "std_mean", "var_mean"):
        yield f"torch.{op}", [tensor((2, 3))], {"unbiased": False}
        yield f"torch.{op}", [tensor((2, 3)), 1, False], {}
        yield f"torch.{op}", [tensor((2, 3)), 1], {"unbiased": True, "keepdim": True}
        yield f"torch.{op}", [tensor((2, 3), "int64")], {}
    for q in (0.5, known([0.1, 0.9], "float32")):
        for extra in ({}, {"dim": 1}, {"dim": 0, "keepdim": True}):
            yield "torch.quantile", [tensor((4, 5)), q], extra
            yield "torch.nanquantile", [tensor((4, 5)), q], extra
    for k, dim in ((1, 0), (3, 1), (9, 1), (0, 0)):
        yield "torch.kthvalue", [tensor((2, 5)), k, dim], {}
    yield "torch.aminmax", [tensor((2, 5))], {"dim": 0, "keepdim": True}
    yield "torch.max", [tensor((2, 5)), tensor((5,), "int32")], {}
    yield "Tensor.sum_to_size", [tensor((2, 3)), 1, 3], {}
    yield "torch.renorm", [tensor((2, 3)), 2, 0, 1.0], {}
    for p in (1, 2, "fro", "nuc"):
        yield "torch.norm", [tensor((3, 3)), p], {}


def movement():
    for sizes in ((6,), (2, 3), (3, -1), (-1, -1), (4, 2), (1, 6, 1), (-1,), (0, -1)):
        for op in ("view", "reshape"):
            yield f"Tensor.{op}", [tensor((2, 3)), *sizes], {}
            yield f"Tensor.{op}", [tensor((0, 3)), *sizes], {}
        yield "torch.reshape", [tensor((6,)), list(sizes)], {}
    for shape in SHAPES:
        rank = len(shape)
        for _ in range(3):
            a, b = _random.randint(-rank - 1, rank), _random.randint(-rank, max(rank - 1, 0))
            for op in ("transpose", "swapaxes", "movedim", "flatten"):
                yield f"torch.{op}", [tensor(shape), a, b], {}
            for op in ("unsqueeze", "squeeze", "unbind", "select_last", "flip_one"):
                if op == "select_last":
                    yield "torch.select", [tensor(shape), a, -1], {}
                elif op == "flip_one":
                    yield "torch.flip", [tensor(shape), [a]], {}
                else:
                    yield f"torch.{op}", [tensor(shape), a], {}
            yield "torch.roll", [tensor(shape), 1, b], {}
            yield "Tensor.unfold", [tensor(shape), b, _random.randint(0, 3), _random.randint(0, 2)], {}
            yield "torch.diagonal", [tensor(shape), _random.randint(-1, 1), a, b], {}
            yield "torch.narrow", [tensor(shape), b, _random.randint(-1, 2), _random.randint(0, 3)], {}
            yield "torch.repeat_interleave", [tensor(shape), 2], {"dim": b}
        order = list(range(rank))
        _random.shuffle(order)
        yield "torch.permute", [tensor(shape), order], {}
        yield "Tensor.permute", [tensor(shape), *order], {}
        yield "Tensor.permute", [tensor(shape), *order[:-1], 0], {}
        yield "Tensor.repeat", [tensor(shape), *[2] * max(rank, 1)], {}
        yield "Tensor.repeat", [tensor(shape), 2], {}
        yield "torch.tile", [tensor(shape), [2, 1]], {}
        yield "torch.squeeze", [tensor(shape)], {}
        yield "torch.roll", [tensor(shape), 2], {}
        yield "torch.rot90", [tensor(shape), 1, [0, 1]], {}
        yield "Tensor.unflatten", [tensor(shape), -1, [-1, 1]], {}
        yield "Tensor.nonzero_transposed_view", [tensor(shape)], {}
        for target in ((2, 3), (4, 1, 2, 3), (-1,), (5, -1, -1), (3, 3)):
            if _random.random() < 0.5:
                yield "Tensor.expand", [tensor(shape), *target], {}
            else:
                yield "torch.broadcast_to", [tensor(shape), list(target)], {}
    for args in (([2, 2], [1, 1]), ([2, 2], [3, 1], 1), ([4, 4], [3, 1])):
        yield "torch.as_strided", [tensor((2, 3)), *args], {}
    yield "torch.movedim", [tensor((2, 3, 4)), [0, 1], [2, 0]], {}
    yield "torch.movedim", [tensor((2, 3, 4)), [0, 1], [2]], {}
    yield "torch.broadcast_shapes", [[2, 1], [3]], {}
    yield "torch.broadcast_shapes", [[2, 4], [3]], {}
    yield "Tensor.view_dtype", [tensor((2, 4)), kind("float16")], {}
    yield "Tensor.view_dtype", [tensor((2, 4), "float16"), kind("float32")], {}
    yield "Tensor.view_dtype", [tensor((2, 3), "float16"), kind("float32")], {}
    for chain in STRIDED:
        yield "chain", [tensor((2, 3, 4)), chain], {}


#: Views of views: whether `view` still works depends on how they lie in memory.
STRIDED = [
    [["transpose", 1, 2], ["view", 24]], [["transpose", 0, 1], ["view", 3, 8]], [["transpose", 0, 1], ["view", 3, 2, 2, 2]],
    [["permute", 2, 0, 1], ["view", 4, 6]], [["permute", 2, 0, 1], ["view", 8, 3]], [["permute", 2, 0, 1], ["contiguous"], ["view", 8, 3]],
    [["permute", 0, 2, 1], ["reshape", 8, 3], ["view", 24]], [["expand", 2, 3, 4], ["view", 24]],
    [["unsqueeze", 1], ["expand", 2, 5, 3, 4], ["view", 10, 12]], [["unsqueeze", 1], ["expand", 2, 5, 3, 4], ["view", 2, 5, 12]],
    [["narrow", 1, 0, 2], ["view", 2, 8]], [["narrow", 1, 0, 2], ["view", 16]], [["narrow", 0, 1, 1], ["view", 12]],
    [["select", 1, 0], ["view", 8]], [["select", 0, 0], ["view", 12]], [["unfold", 2, 2, 2], ["view", 2, 3, 4]], [["unfold", 2, 3, 1], ["view", 2, 3, 6]],
    [["transpose", 1, 2], ["transpose", 1, 2], ["view", 24]], [["transpose", 1, 2], ["clone"], ["transpose", 1, 2], ["view", 24]],
    [["diagonal", 0, 1, 2], ["view", 6]], [["squeeze"], ["t_safe"], ["view", 24]], [["transpose", 0, 2], ["unsqueeze", 0], ["view", 1, 4, 6]],
    [["transpose", 1, 2], ["flatten", 1, 2], ["view", 2, 2, 6]], [["transpose", 1, 2], ["is_contiguous"]], [["transpose", 1, 2], ["stride"]],
    [["permute", 1, 0, 2], ["stride"]], [["unsqueeze", 1], ["expand", 2, 5, 3, 4], ["stride"]], [["narrow", 2, 1, 2], ["stride"]],
    [["view", 2, 12], ["t"], ["view", 3, 4, 2]], [["view", 6, 4], ["t"], ["view", 2, 2, 6]], [["view", 6, 4], ["t"], ["unflatten", 0, [2, 2]], ["stride"]],
]


def joining():
    for op in ("cat", "stack", "hstack", "vstack", "dstack", "column_stack", "concat", "row_stack"):
        for _ in range(10):
            base = list(_random.choice(SHAPES))
            parts = []
            for _ in range(_random.randint(1, 3)):
                shape = list(base)
                if shape and _random.random() < 0.4:
                    shape[_random.randrange(len(shape))] += 1
                parts.append(tensor(shape, _random.choice(["float32", "float32", "int64", "float64"])))
            yield f"torch.{op}", [parts], ({"dim": _random.randint(-2, 2)} if op in ("cat", "stack", "concat") else {})
    yield "torch.cat", [[tensor((0,)), tensor((2, 3))], 1], {}
    yield "torch.cat", [[]], {}
    yield "torch.cat", [[tensor((2, 3)), tensor((2,))]], {}
    for op, argument in (("split", 2), ("split", [1, 2]), ("split", [1, 3]), ("chunk", 2), ("chunk", 5), ("chunk", 0), ("tensor_split", 3),
                         ("tensor_split", [1, 5]), ("split", 0), ("hsplit", 2), ("vsplit", 2), ("dsplit", 2), ("split", 7), ("hsplit", [1])):
        for shape in pick(SHAPES, 5):
            yield f"torch.{op}", [tensor(shape), argument], {}
            if op in ("split", "chunk", "tensor_split"):
                yield f"torch.{op}", [tensor(shape), argument], {"dim": -1}
    for mode in ("ij", "xy"):
        yield "torch.meshgrid", [tensor((3,)), tensor((4,))], {"indexing": mode}
        yield "torch.meshgrid", [[tensor((3,)), tensor((4,)), tensor((2,))]], {"indexing": mode}
    yield "torch.meshgrid", [tensor((3,)), tensor(())], {}
    yield "torch.meshgrid", [tensor((3, 2)), tensor((2,))], {}
    yield "torch.cartesian_prod", [tensor((3,)), tensor((2,))], {}
    yield "torch.block_diag", [tensor((3, 2)), tensor((2,)), tensor(())], {}
    yield "torch.combinations", [tensor((4,)), 2], {}
    yield "torch.combinations", [tensor((4,)), 3, True], {}


PRODUCTS = [((2, 3), (3, 4)), ((2, 3), (2, 3)), ((3,), (3,)), ((3,), (4,)), ((2, 3), (3,)), ((3,), (3, 2)), ((5, 2, 3), (3, 4)),
            ((5, 2, 3), (5, 3, 4)), ((5, 2, 3), (4, 3, 4)), ((1, 2, 3), (5, 3, 4)), ((6, 1, 2, 3), (5, 3, 4)), ((2, 3), (5, 3, 4)),
            ((0, 3), (3, 2)), ((2, 0), (0, 2)), ((), (3,)), ((5, 2, 3), (3,)), ((3,), (5, 3, 2)), ((5, 2, 3), (5, 2, 3))]


def products():
    for op in ("matmul", "mm", "bmm", "mv", "dot", "inner", "outer", "tensordot_one", "linalg.vecdot", "linalg.matmul"):
        for left, right in PRODUCTS:
            if op == "tensordot_one":
                yield "torch.tensordot", [tensor(left), tensor(right)], {"dims": 1}
            else:
                yield f"torch.{op}", [tensor(left), tensor(right)], {}
    for a, b in (("float32", "float64"), ("int64", "int64"), ("bool", "bool"), ("float32", "int64"), ("complex64", "complex64")):
        for op in ("matmul", "mm", "inner", "outer", "einsum"):
            head = ["ij,jk->ik"] if op == "einsum" else []
            yield f"torch.{op}", [*head, tensor((2, 3) if op != "outer" else (3,), a), tensor((3, 2) if op not in ("outer", "inner") else (3,) if op == "outer" else (2, 3), b)], {}
    for bias in ((2, 4), (4,), (), (3,), (2, 1)):
        yield "torch.addmm", [tensor(bias), tensor((2, 3)), tensor((3, 4))], {}
        yield "torch.baddbmm", [tensor(bias), tensor((5, 2, 3)), tensor((5, 3, 4))], {}
        yield "torch.addbmm", [tensor(bias), tensor((5, 2, 3)), tensor((5, 3, 4))], {"beta": 2}
        yield "torch.addmv", [tensor(bias), tensor((2, 3)), tensor((3,))], {}
        yield "torch.addr", [tensor(bias), tensor((2,)), tensor((4,))], {}
    for equation, shapes in EINSUMS:
        yield "torch.einsum", [equation, *[tensor(shape) for shape in shapes]], {}
    yield "torch.einsum", [tensor((2, 3)), [0, 1], tensor((3, 4)), [1, 2], [0, 2]], {}
    yield "torch.chain_matmul", [tensor((2, 3)), tensor((3, 4)), tensor((4, 5))], {}
    yield "torch.linalg.multi_dot", [[tensor((2, 3)), tensor((3, 4)), tensor((4, 5))]], {}
    yield "torch.tensordot", [tensor((2, 3, 4)), tensor((4, 3, 5))], {"dims": [[1, 2], [1, 0]]}
    yield "torch.tensordot", [tensor((2, 3, 4)), tensor((4, 3, 5))], {"dims": [[1, 2], [0, 1]]}
    for left, right in (((2, 3), (4, 3)), ((5, 2, 3), (4, 3)), ((2, 3), (4, 2)), ((5, 2, 3), (6, 4, 3))):
        yield "torch.cdist", [tensor(left), tensor(right)], {}


EINSUMS = [("ij,jk->ik", [(2, 3), (3, 4)]), ("ij,jk", [(2, 3), (3, 4)]), ("ii->i", [(3, 3)]), ("ii", [(3, 3)]), ("ii", [(3, 4)]), ("ij->ji", [(2, 3)]),
           ("bij,bjk->bik", [(5, 2, 3), (5, 3, 4)]), ("bij,bjk->bik", [(5, 2, 3), (4, 3, 4)]), ("...ij,...jk->...ik", [(6, 5, 2, 3), (5, 3, 4)]),
           ("bhqd,bhkd->bhqk", [(2, 4, 5, 8), (2, 4, 7, 8)]), ("bhwc,hkc->bhwk", [(2, 3, 4, 5), (3, 6, 5)]), ("i,j->ij", [(2,), (3,)]), ("i,i->", [(3,), (3,)]),
           ("ij,kj->ik", [(2, 3), (4, 3)]), ("ij->", [(2, 3)]), ("...->...", [(2, 3)]), ("ij,jk->iz", [(2, 3), (3, 4)]), ("ijk,jk->i", [(2, 3, 4), (3, 4)]),
           ("ij,jk", [(2, 3)]), ("ijk->ij", [(2, 3)]), ("a...b->b...a", [(2, 3, 4, 5)]), ("ab,b...->a...", [(2, 3), (3, 4, 5)]), ("i1->i", [(2, 3)]),
           ("ij,ij->ij", [(2, 1), (2, 3)]), ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 5)]), ("n d, m d -> n m", [(2, 3), (4, 3)]), ("ij->ii", [(2, 3)])]


def indexing():
    base = tensor((4, 5, 6))
    keys = [0, -1, 4, -5, cut(None), cut(1, 3), cut(None, None, 2), cut(-2, None), cut(3, 1), cut(None, None, -1), None, ELLIPSIS, True, False,
            known([0, 2]), known([0, 9]), known([[0, 1], [1, 0]]), known([True, False, True, True], "bool"), known([True, False], "bool"), known(1),
            tensor((3,), "int64", "zeros"), [0, 2], [True, False, True, False], known([0.5], "float32"), 1.5, known([], "int64"), known([1, 0], "uint8"), known([1, 0], "int32")]
    for key in keys:
        yield "index", [base, key], {}
    for _ in range(80):
        listed = [_random.choice(keys) for _ in range(_random.randint(2, 4))]
        yield "index", [base, group(*listed)], {}
    for shape in ((), (0,), (2, 0)):
        for key in (0, cut(None), None, ELLIPSIS, known([0]), group(ELLIPSIS, None)):
            yield "index", [tensor(shape), key], {}
    yield "index", [base, known([[True] * 5] * 4, "bool")], {}
    yield "index", [base, group(cut(None), known([[False] * 6] * 5, "bool"))], {}
    yield "index", [base, group(known([0, 1]), cut(None), known([0, 1]))], {}
    yield "index", [base, group(known([0, 1]), known([0, 1, 2]))], {}
    for key in (0, cut(1, 3), known([0, 2]), group(ELLIPSIS, 0), known([True, False, True, True], "bool")):
        for value in (1.0, tensor((6,)), tensor((5, 6)), tensor((2, 5, 6)), tensor((7,)), tensor((1, 1, 1, 1)), tensor((6,), "int64")):
            yield "assign", [base, key, value], {}


def scattering():
    index = known([[0, 1, 0], [1, 0, 1]])
    for dim in (0, 1, 2, -1):
        for source in (tensor((2, 3)), tensor((2, 4)), tensor((2, 3), "float64"), tensor((1, 3)), tensor((2,))):
            for op in ("scatter", "scatter_add"):
                yield f"torch.{op}", [tensor((2, 3)), dim, index, source], {}
        yield "torch.scatter", [tensor((2, 3)), dim, index, 1.5], {}
        for shape in ((2, 3), (3, 3), (1, 3), (2,), (2, 3, 1)):
            yield "torch.gather", [tensor(shape), dim, index], {}
            yield "torch.gather", [tensor((4, 3)), dim, tensor(shape, "int64", "zeros")], {}
        for reduce in ("sum", "mean", "amax", "prod", "none"):
            yield "torch.scatter_reduce", [tensor((2, 3)), dim, index, tensor((2, 3)), reduce], {}
    for dim in (0, 1, -1, 2):
        for picks in (known([0, 1]), known([[0, 1]]), known(0), known([0.5], "float32"), known([0, 1], "int32"), known([0, 1], "int16")):
            yield "torch.index_select", [tensor((2, 3)), dim, picks], {}
            yield "torch.index_fill", [tensor((2, 3)), dim, picks, 1.0], {}
        for source in (tensor((2, 3)), tensor((2, 2)), tensor((2,)), tensor((2, 3), "float64")):
            yield "torch.index_add", [tensor((2, 3)), dim, known([0, 1]), source], {}
            yield "torch.index_copy", [tensor((2, 3)), dim, known([0, 1]), source], {}
    yield "torch.take", [tensor((2, 3)), known([[0, 5], [1, 1]])], {}
    yield "torch.take", [tensor((2, 3)), known([0], "int32")], {}
    yield "torch.take_along_dim", [tensor((2, 3)), known([[0], [1]]), 1], {}
    yield "torch.take_along_dim", [tensor((2, 3)), known([0, 1])], {}
    yield "torch.take_along_dim", [tensor((2, 3)), known([0, 1]), 1], {}
    yield "torch.index_put", [tensor((2, 3)), group(known([0, 1])), tensor((3,))], {}
    yield "torch.index_put", [tensor((2, 3)), group(known([0, 1]), known([0, 1])), tensor((2,))], {}
    yield "torch.put", [tensor((2, 3)), known([0, 4]), tensor((2,))], {}
    yield "torch.put", [tensor((2, 3)), known([0, 4]), tensor((3,))], {}
    yield "torch.select_scatter", [tensor((2, 3)), tensor((3,)), 0, 1], {}
    yield "torch.slice_scatter", [tensor((4, 3)), tensor((2, 3))], {"start": 1, "end": 3}
    yield "torch.diagonal_scatter", [tensor((3, 3)), tensor((3,))], {}
    yield "torch.select_scatter", [tensor((2, 3)), tensor((2,)), 0, 1], {}


def sorting():
    for shape in SHAPES:
        for dim in (0, -1, 1):
            for op in ("sort", "argsort"):
                yield f"torch.{op}", [tensor(shape, _random.choice(KINDS)), dim], {"descending": True}
            for k in pick([0, 1, 3], 1):
                yield "torch.topk", [tensor(shape, _random.choice(NUMBERS)), k, dim], {}
    for size, name in (((5,), "float32"), ((), "float32"), ((2, 5), "float32"), ((5,), "int64")):
        yield "torch.searchsorted", [known([1.0, 2.0, 3.0], "float32"), tensor(size, name)], {}
        yield "torch.bucketize", [tensor(size, name), known([1.0, 2.0, 3.0], "float32")], {"right": True}
        yield "torch.searchsorted", [tensor((2, 4)), tensor(size, name)], {"out_int32": True}
    yield "torch.searchsorted", [known([1.0, 2.0, 3.0], "float32"), 2.5], {}
    for data in (known([3, 1, 1, 2]), known([[1, 0], [0, 1]]), known([1.5, 1.5], "float32"), known([])):
        for op in ("unique", "unique_consecutive", "nonzero", "bincount", "argwhere"):
            yield f"torch.{op}", [data], {}
        yield "torch.unique", [data], {"return_inverse": True, "return_counts": True}
        yield "torch.nonzero", [data], {"as_tuple": True}
        yield "torch.where", [data], {}
    yield "torch.bincount", [known([1, 2]), tensor((2,))], {"minlength": 6}
    yield "torch.bincount", [known([1, 2]), tensor((3,))], {}
    yield "torch.histc", [tensor((5,))], {"bins": 7}
    yield "torch.histc", [tensor((5,), "int64")], {"bins": 7}
    yield "torch.histogram", [tensor((5,)), 4], {}
    yield "torch.masked_select", [known([1, 2, 3]), known([True, False, True], "bool")], {}
    yield "torch.masked_select", [known([1, 2, 3]), known([1, 0, 1])], {}
    yield "torch.isin", [known([1, 2]), known([2])], {}


def factories():
    for op in ("zeros", "ones", "empty", "rand", "randn"):
        for args in ([2, 3], [[2, 3]], [[]], [], [0], [-1], [2.5], [group(2, 3)]):
            yield f"torch.{op}", args, {}
        yield f"torch.{op}", [2], {"dtype": kind("float64")}
        yield f"torch.{op}", [2], {"dtype": kind("int64")}
        yield f"torch.{op}", [], {"size": [2, 3]}
        yield f"torch.{op}_like", [tensor((2, 3), "float64")], {}
        yield f"torch.{op}_like", [tensor((2, 3), "int64")], {"dtype": kind("float32")}
    for value in (1, 1.5, True):
        yield "torch.full", [[2, 3], value], {}
        yield "torch.full_like", [tensor((2,), "int32"), value], {}
        yield "Tensor.new_full", [tensor((2,), "int32"), [3], value], {}
        yield "torch.scalar_tensor", [value], {}
    for args in ([5], [0], [5.0], [1, 5], [1, 5, 2], [1, 5, 0.5], [5, 1], [5, 1, -1], [1, 2, 0], [0, 1, 0.1], [2.5], [-1], [0, -4, -1]):
        yield "torch.arange", args, {}
        yield "torch.arange", args, {"dtype": kind("float32")}
    for args in ([0, 1, 5], [0, 1, 0], [0, 1, 1], [0, 1, -1], [3.0, 1, 4]):
        yield "torch.linspace", args, {}
        yield "torch.logspace", args, {}
    for args in ([3], [3, 4], [0], [-1], [2, 0]):
        yield "torch.eye", args, {}
    for data in (1, 1.5, True, [1, 2], [[1, 2], [3, 4]], [[1], [2, 3]], [], [[]], [1, 2.5], [True, 2], [True, False], [[[]]], [[1, 2], 3]):
        for op in ("tensor", "as_tensor", "Tensor", "LongTensor"):
            yield f"torch.{op}", [data], {}
        yield "torch.tensor", [data], {"dtype": kind("float64")}
    for args in ([2, 3], [], [0], [group(2, 3)], [tensor((2, 3))], [1.5]):
        for op in ("Tensor", "FloatTensor", "LongTensor"):
            yield f"torch.{op}", args, {}
    for args in ([10, [2, 3]], [0, 10, [2]], [10, 2], [5, 5, [2]]):
        yield "torch.randint", args, {}
    yield "torch.randint", [0, 10], {"size": [2]}
    yield "torch.randint_like", [tensor((2, 3)), 5], {}
    yield "torch.randperm", [5], {}
    for args in ([0.0, 1.0, [2, 3]], [tensor((3,)), 1.0], [tensor((3,)), tensor((3,))], [0.0, tensor((4,))]):
        yield "torch.normal", args, {}
    yield "torch.bernoulli", [tensor((2, 3))], {}
    yield "torch.bernoulli", [tensor((2, 3), "int64")], {}
    yield "torch.poisson", [tensor((2, 3))], {}
    yield "torch.multinomial", [tensor((2, 3)), 2], {}
    yield "torch.multinomial", [tensor((2, 3)), 5], {}
    yield "torch.multinomial", [tensor((2, 3)), 5, True], {}
    for op in ("hann_window", "hamming_window", "blackman_window", "bartlett_window", "kaiser_window"):
        yield f"torch.{op}", [7], {}
        yield f"torch.{op}", [7, False], {"dtype": kind("float64")}
    for op in ("tril_indices", "triu_indices"):
        yield f"torch.{op}", [3, 4], {}
        yield f"torch.{op}", [3, 4, 1], {}
    for op in ("new_zeros", "new_ones", "new_empty"):
        for args in ([2, 3], [[2]], [group()]):
            yield f"Tensor.{op}", [tensor((1,), "float64"), *args], {}
        yield f"Tensor.{op}", [tensor((1,)), 2], {"dtype": kind("int64")}
    yield "Tensor.new_tensor", [tensor((1,), "float64"), [1, 2]], {}
    yield "torch.vander", [tensor((3,))], {}
    yield "torch.empty_strided", [[2, 3], [3, 1]], {}
    yield "torch.range", [1, 4], {}


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


def conversion():
    for source in KINDS:
        for op in ("half", "float", "double", "int", "long", "short", "char", "byte", "bool", "bfloat16", "cfloat"):
            yield f"Tensor.{op}", [tensor((2, 3), source)], {}
        yield "Tensor.to", [tensor((2,), source), kind("float64")], {}
        yield "Tensor.type", [tensor((2,), source), "torch.LongTensor"], {}
        yield "Tensor.type", [tensor((2,), source)], {}
        yield "Tensor.type_as", [tensor((2,), source), tensor((1,), "float64")], {}
        yield "Tensor.element_size", [tensor((2,), source)], {}
        yield "Tensor.is_signed", [tensor((2,), source)], {}
    yield "Tensor.to", [tensor((2,)), "cpu"], {}
    yield "Tensor.to", [tensor((2,)), "cpu", kind("float16")], {}
    yield "Tensor.to", [tensor((2,)), tensor((1,), "int64")], {}
    yield "Tensor.to", [tensor((2,))], {"dtype": kind("float16"), "copy": True}
    for name in ("float16", "bfloat16", "float32", "float64"):
        yield "finfo", [name], {}
    for name in ("uint8", "int8", "int16", "int32", "int64"):
        yield "iinfo", [name], {}
    for shape in SHAPES:
        for op in ("numel", "dim", "nelement", "__len__", "is_contiguous", "stride", "size", "ndimension"):
            yield f"Tensor.{op}", [tensor(shape)], {}
        for dim in (0, -1, 5):
            yield "Tensor.size", [tensor(shape), dim], {}
        yield "Tensor.item", [tensor(shape, "float32", "known")], {}


def spectral():
    for op in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
        for name in pick(KINDS, 5):
            yield f"torch.fft.{op}", [tensor((4, 6), name)], {}
        yield f"torch.fft.{op}", [tensor((4, 6)), 5], {}
        yield f"torch.fft.{op}", [tensor((4, 6)), 3, 0], {}
        yield f"torch.fft.{op}", [tensor((4, 6))], {"dim": 2}
        yield f"torch.fft.{op}", [tensor((4, 6)), 0], {}
        yield f"torch.fft.{op}", [tensor(())], {}
        yield f"torch.fft.{op}2", [tensor((4, 6, 5))], {"norm": "ortho"}
        yield f"torch.fft.{op}2", [tensor((6,))], {}
        yield f"torch.fft.{op}2", [tensor((4, 6)), [3, 4]], {}
        yield f"torch.fft.{op}n", [tensor((4, 6, 5))], {}
        yield f"torch.fft.{op}n", [tensor((4, 6, 5)), [3, 4]], {}
        yield f"torch.fft.{op}n", [tensor((4, 6, 5))], {"dim": [0, 1]}
        yield f"torch.fft.{op}n", [tensor((4, 6, 5)), [3], [0, 1]], {}
    yield "torch.fft.fftfreq", [8], {}
    yield "torch.fft.rfftfreq", [8, 0.5], {}
    for op in ("fftshift", "ifftshift"):
        yield f"torch.fft.{op}", [tensor((4, 5))], {}
        yield f"torch.fft.{op}", [tensor((4, 5)), 1], {}
    for n, hop, complex_result in ((16, None, True), (16, 4, False), (64, 8, True), (200, None, True), (16, 0, True)):
        for shape in ((100,), (2, 100), (1, 2, 100)):
            yield "torch.stft", [tensor(shape), n, hop], {"return_complex": complex_result, "window": tensor((n,))}
            yield "torch.stft", [tensor(shape), n, hop], {"return_complex": complex_result, "center": False, "onesided": False}
    yield "torch.stft", [tensor((100,)), 16], {}
    yield "torch.istft", [tensor((2, 9, 20), "complex64"), 16], {"window": tensor((16,), "float32", "ones")}
    yield "torch.istft", [tensor((9, 20), "complex64"), 16, 8], {"window": tensor((16,), "float32", "ones"), "length": 90}
    yield "torch.istft", [tensor((8, 20), "complex64"), 16, 8], {}
    for op, name in (("view_as_real", "complex64"), ("view_as_complex", "float32"), ("real", "complex64"), ("imag", "complex64"), ("imag", "float32"),
                     ("angle", "complex64"), ("angle", "int64"), ("conj", "complex64"), ("view_as_complex", "int64")):
        for shape in ((3, 2), (3,), (), (2, 3, 2)):
            yield f"torch.{op}", [tensor(shape, name)], {}


SQUARE = "inv det slogdet cholesky eigh eigvalsh matrix_exp eig eigvals inv_ex cholesky_ex".split()
OBLONG = "qr svd svdvals pinv matrix_rank lu lu_factor matrix_norm cond".split()


def linear_algebra():
    for op in (*SQUARE, *OBLONG):
        for shape in ((3, 3), (2, 3, 3), (2, 3), (5, 3), (3,), (4, 3, 5), (0, 0)):
            if shape == (0, 0) and op in ("cond", "matrix_norm", "eig", "eigvals", "lu", "svdvals"):
                continue
            yield f"torch.linalg.{op}", [tensor(shape, _random.choice(["float32", "float64"]), "eye")], {}
        yield f"torch.linalg.{op}", [tensor((3, 3), "int64", "eye")], {}
        yield f"torch.linalg.{op}", [tensor((3, 3), "complex64", "eye")], {}
    for mode in ("reduced", "complete", "r", "x"):
        yield "torch.linalg.qr", [tensor((2, 5, 3)), mode], {}
        yield "torch.linalg.qr", [tensor((3, 5)), mode], {}
    for full in (True, False):
        yield "torch.linalg.svd", [tensor((2, 5, 3)), full], {}
        yield "torch.svd", [tensor((2, 5, 3)), full], {}
        yield "torch.qr", [tensor((5, 3)), full], {}
    for left, right in (((3, 3), (3, 2)), ((3, 3), (3,)), ((2, 3, 3), (2, 3)), ((2, 3, 3), (3, 4)), ((3, 3), (4, 2)), ((2, 3), (3, 2)), ((2, 3, 3), (4, 3, 2)), ((2, 1, 3, 3), (4, 3, 2))):
        yield "torch.linalg.solve", [tensor(left, "float32", "eye"), tensor(right)], {}
        yield "torch.linalg.lstsq", [tensor(left, "float32", "eye"), tensor(right)], {}
        yield "torch.linalg.solve_triangular", [tensor(left, "float32", "eye"), tensor(right)], {"upper": True}
        yield "torch.cholesky_solve", [tensor(right), tensor(left, "float32", "eye")], {}
    for op in ("norm", "vector_norm"):
        for shape in ((), (3,), (2, 3), (2, 3, 4)):
            yield f"torch.linalg.{op}", [tensor(shape)], {}
            yield f"torch.linalg.{op}", [tensor(shape), 2], {}
            yield f"torch.linalg.{op}", [tensor(shape), 2, -1], {"keepdim": True}
        yield f"torch.linalg.{op}", [tensor((2, 3), "int64")], {}
        yield f"torch.linalg.{op}", [tensor((2, 3), "complex64")], {}
        yield f"torch.linalg.{op}", [tensor((2, 3))], {"dim": [0, 1]}
    for n in (0, 1, 3, -1):
        yield "torch.matrix_power", [tensor((3, 3), "float32", "eye"), n], {}
        yield "torch.linalg.matrix_power", [tensor((2, 3)), n], {}
    yield "torch.linalg.cross", [tensor((2, 3)), tensor((1, 3))], {}
    yield "torch.linalg.cross", [tensor((2, 3)), tensor((2, 4))], {}
    yield "torch.linalg.diagonal", [tensor((2, 3, 4))], {}
    yield "torch.cholesky", [tensor((3, 3), "float32", "eye")], {}
    yield "torch.cholesky_inverse", [tensor((3, 3), "float32", "eye")], {}
    yield "torch.linalg.vander", [tensor((2, 3))], {}
    yield "torch.linalg.tensorinv", [tensor((4, 2, 2)), 1], {}
    yield "torch.geqrf", [tensor((5, 3))], {}
    yield "torch.linalg.householder_product", [tensor((5, 3)), tensor((3,))], {}


def special():
    for op in ("digamma", "entr", "erf", "erfc", "erfcx", "erfinv", "exp2", "expit", "expm1", "gammaln", "i0", "i0e", "i1", "i1e", "log1p",
               "log_ndtr", "logit", "ndtr", "ndtri", "psi", "round", "sinc", "bessel_j0", "airy_ai"):
        for name in pick(NUMBERS, 4):
            yield f"torch.special.{op}", [tensor(_random.choice(SHAPES), name)], {}
    for op in ("xlog1py", "zeta", "gammainc", "gammaincc", "xlogy", "hermite_polynomial_h"):
        for _ in range(4):
            yield f"torch.special.{op}", [tensor((2, 3), _random.choice(["float32", "int64", "float64"])), tensor((3,))], {}
    for name in ("float32", "int64"):
        yield "torch.special.polygamma", [1, tensor((2, 3), name)], {}
        yield "torch.polygamma", [1, tensor((2, 3), name)], {}
        yield "torch.special.softmax", [tensor((2, 3), name), 1], {}
        yield "torch.special.logsumexp", [tensor((2, 3), name), 1], {}
    yield "torch.special.multigammaln", [tensor((2, 3), "float32", "large"), 2], {}


def calculus():
    for shape in SHAPES:
        yield "torch.diff", [tensor(shape)], {}
        yield "torch.diff", [tensor(shape), 2, 0], {}
        yield "torch.trapezoid", [tensor(shape)], {}
        yield "torch.cumulative_trapezoid", [tensor(shape)], {"dim": 0}
        yield "torch.cross", [tensor(shape), tensor(shape)], {"dim": -1}
        yield "torch.cov", [tensor(shape)], {}
    yield "torch.diff", [tensor((2, 3))], {"prepend": tensor((2, 1))}
    yield "torch.gradient", [tensor((4, 5))], {}
    yield "torch.gradient", [tensor((4, 5))], {"dim": 0}
    yield "torch.cross", [tensor((2, 3)), tensor((2, 3), "float64")], {"dim": 1}


IN_PLACE = """add_ sub_ mul_ div_ pow_ clamp_min_ maximum floor_divide_ remainder_ eq_ logical_and_ bitwise_and_ copy_ atan2_ lt_""".split()


def in_place():
    for op in IN_PLACE:
        for _ in range(10):
            left, right = _random.choice(SHAPES), _random.choice(SHAPES)
            yield f"Tensor.{op}", [tensor(left, _random.choice(NUMBERS)), tensor(right, _random.choice(NUMBERS))], {}
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


def values():
    from programs import PROGRAMS

    for name in PROGRAMS:
        yield "program", [name], {}
