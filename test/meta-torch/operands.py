"""Operands of the cases: plain data that says a tensor, a slice or a type, the same in every process."""

from __future__ import annotations

import random

SHAPES = [(), (1,), (3,), (0,), (2, 3), (3, 1), (1, 3), (2, 0), (2, 3, 4), (1, 3, 1), (4, 1, 2, 3), (2, 2, 1, 2, 2)]
NUMBERS = ["bool", "uint8", "int32", "int64", "float16", "bfloat16", "float32", "float64"]
KINDS = [*NUMBERS, "complex64"]
FLOATS = ["float32", "float64"]
ELLIPSIS = {"ellipsis": True}
RANDOM = random.Random()


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


def pick(items, count):
    return RANDOM.sample(items, min(count, len(items)))
