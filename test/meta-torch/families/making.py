"""Operators that make tensors, and their numbers: factories, conversions, values."""

from __future__ import annotations

from operands import KINDS, SHAPES, group, kind, known, tensor


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


def values():
    from programs import PROGRAMS

    for name in PROGRAMS:
        yield "program", [name], {}
