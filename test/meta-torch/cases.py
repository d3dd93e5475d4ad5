"""
Call forms of torch's operators with generated operands, the same in every process: plain data, so that the real torch
and ours can be given the same calls. A case is (op, arguments, keyword arguments); `run.py` makes operands of it.
"""

from __future__ import annotations

from families.algebra import calculus, linear_algebra, special, spectral
from families.arrangement import indexing, joining, movement, scattering, sorting
from families.elementwise import binary, in_place, scalar, ternary, unary
from families.making import conversion, factories, values
from families.reduction import products, reductions
from operands import RANDOM

FAMILIES = (unary, binary, scalar, reductions, movement, joining, products, indexing, scattering, sorting, factories, ternary,
            conversion, spectral, linear_algebra, special, calculus, in_place, values)


def all_cases(seed=20):
    """Every case as (number, op, arguments, keyword arguments); another seed gives other operands."""
    found = []
    for family in FAMILIES:
        RANDOM.seed(f"{family.__name__} {seed}")
        found.extend(family())
    return [(number, *case) for number, case in enumerate(found)]
