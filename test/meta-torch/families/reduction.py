"""Reductions, products of matrices and what is made of them."""

from __future__ import annotations

from operands import KINDS, RANDOM, SHAPES, kind, known, tensor

REDUCTIONS = """sum mean prod amax amin max min argmax argmin std var median nanmedian nansum nanmean any all norm logsumexp
count_nonzero cumsum cumprod logcumsumexp cummax cummin mode softmax log_softmax argsort sort""".split()
SEVERAL = {"sum", "mean", "amax", "amin", "std", "var", "nansum", "nanmean", "norm", "logsumexp"}


def reductions():
    for op in REDUCTIONS:
        for _ in range(5):
            shape = RANDOM.choice(SHAPES)
            yield f"torch.{op}", [tensor(shape, RANDOM.choice(KINDS))], {}
        for _ in range(7):
            shape = RANDOM.choice(SHAPES)
            name = "float32" if RANDOM.random() < 0.6 else RANDOM.choice(KINDS)
            yield f"torch.{op}", [tensor(shape, name), RANDOM.randint(-3, 2)], {}
        if op not in ("cumsum", "cumprod", "logcumsumexp", "cummax", "cummin", "softmax", "log_softmax", "count_nonzero", "argsort", "sort"):
            for _ in range(5):
                yield f"torch.{op}", [tensor(RANDOM.choice(SHAPES)), RANDOM.randint(-2, 1)], {"keepdim": True}
        if op in SEVERAL:
            for dims in ([0, 1], [-1, 0], [1, 1], []):
                yield f"Tensor.{op}", [tensor((2, 3, 4))], {"dim": dims, "keepdim": RANDOM.random() < 0.5}
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
