"""Products with one matrix a group of rows, as mixtures of experts use, and products of scaled low-precision matrices."""

from __future__ import annotations

from typing import Any

from ..._ops.registry import make
from ..._tensor import Tensor


def grouped_mm(mat_a: Tensor, mat_b: Tensor, *, offs: Any = None, bias: Any = None, out_dtype: Any = None) -> Tensor:
    """Rows of `mat_a` up to each offset by their own matrix of `mat_b`; or batches of both."""
    a, b = mat_a._shape, mat_b._shape
    if len(a) not in (2, 3) or len(b) not in (2, 3):
        raise RuntimeError("mat_a and mat_b have to be 2 or 3 dimensional")
    if len(a) == 2 and len(b) == 2:
        groups = offs._shape[0] if offs is not None else 1
        result: tuple = (groups, a[0], b[1])
    elif a[-1] != b[-2]:
        raise RuntimeError("contraction dimension of mat_a and mat_b must match")
    elif len(a) == 3 and len(b) == 3:
        if a[0] != b[0]:
            raise RuntimeError("batched dimension has to match")
        result = (a[0], a[1], b[2])
    else:
        result = (a[-2], b[-1])
    return make("grouped_mm", result, out_dtype or mat_a.dtype, (mat_a, mat_b, offs, bias))


def scaled_grouped_mm(mat_a: Tensor, mat_b: Tensor, *args: Any, offs: Any = None, output_dtype: Any = None, **options: Any) -> Tensor:
    return grouped_mm(mat_a, mat_b, offs=offs, out_dtype=output_dtype)


def scaled_mm(mat_a: Tensor, mat_b: Tensor, *args: Any, output_dtype: Any = None, out_dtype: Any = None, **options: Any) -> Tensor:
    a, b = mat_a._shape, mat_b._shape
    if len(a) != 2 or len(b) != 2 or a[1] != b[0]:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({'x'.join(map(str, a))} and {'x'.join(map(str, b))})")
    return make("scaled_mm", (a[0], b[1]), output_dtype or out_dtype or mat_a.dtype, (mat_a, mat_b))
