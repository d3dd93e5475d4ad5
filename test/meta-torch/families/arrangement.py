"""Operators that move, join, pick and order elements."""

from __future__ import annotations

from operands import ELLIPSIS, KINDS, NUMBERS, RANDOM, SHAPES, cut, group, kind, known, pick, tensor


def movement():
    for sizes in ((6,), (2, 3), (3, -1), (-1, -1), (4, 2), (1, 6, 1), (-1,), (0, -1)):
        for op in ("view", "reshape"):
            yield f"Tensor.{op}", [tensor((2, 3)), *sizes], {}
            yield f"Tensor.{op}", [tensor((0, 3)), *sizes], {}
        yield "torch.reshape", [tensor((6,)), list(sizes)], {}
    for shape in SHAPES:
        rank = len(shape)
        for _ in range(3):
            a, b = RANDOM.randint(-rank - 1, rank), RANDOM.randint(-rank, max(rank - 1, 0))
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
            yield "Tensor.unfold", [tensor(shape), b, RANDOM.randint(0, 3), RANDOM.randint(0, 2)], {}
            yield "torch.diagonal", [tensor(shape), RANDOM.randint(-1, 1), a, b], {}
            yield "torch.narrow", [tensor(shape), b, RANDOM.randint(-1, 2), RANDOM.randint(0, 3)], {}
            yield "torch.repeat_interleave", [tensor(shape), 2], {"dim": b}
        order = list(range(rank))
        RANDOM.shuffle(order)
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
            if RANDOM.random() < 0.5:
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
            base = list(RANDOM.choice(SHAPES))
            parts = []
            for _ in range(RANDOM.randint(1, 3)):
                shape = list(base)
                if shape and RANDOM.random() < 0.4:
                    shape[RANDOM.randrange(len(shape))] += 1
                parts.append(tensor(shape, RANDOM.choice(["float32", "float32", "int64", "float64"])))
            yield f"torch.{op}", [parts], ({"dim": RANDOM.randint(-2, 2)} if op in ("cat", "stack", "concat") else {})
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


def indexing():
    base = tensor((4, 5, 6))
    keys = [0, -1, 4, -5, cut(None), cut(1, 3), cut(None, None, 2), cut(-2, None), cut(3, 1), cut(None, None, -1), None, ELLIPSIS, True, False,
            known([0, 2]), known([0, 9]), known([[0, 1], [1, 0]]), known([True, False, True, True], "bool"), known([True, False], "bool"), known(1),
            tensor((3,), "int64", "zeros"), [0, 2], [True, False, True, False], known([0.5], "float32"), 1.5, known([], "int64"), known([1, 0], "uint8"), known([1, 0], "int32")]
    for key in keys:
        yield "index", [base, key], {}
    for _ in range(80):
        listed = [RANDOM.choice(keys) for _ in range(RANDOM.randint(2, 4))]
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
                yield f"torch.{op}", [tensor(shape, RANDOM.choice(KINDS)), dim], {"descending": True}
            for k in pick([0, 1, 3], 1):
                yield "torch.topk", [tensor(shape, RANDOM.choice(NUMBERS)), k, dim], {}
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
