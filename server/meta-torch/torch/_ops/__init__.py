"""Operators, one family per file. `registry` collects them; `torch/__init__.py` and `Tensor` take theirs from it."""

from . import (  # noqa: F401 - importing a family registers it
    pointwise, reduction, movement, rearrangement, joining, matmul, factory, indexing, conversion, storage, ternary, scatter, sorting,
    calculus, einsum, spectral, complex_parts, linear_algebra, extras, variants,
)
