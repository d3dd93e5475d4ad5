"""Decompositions and solvers: `torch.linalg` and the older names of `torch`. Shapes by torch's documentation."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple

from .._meta import dtype as d
from .._meta import shape as s
from .._meta.promotion import promote_types
from .._tensor import Tensor
from .matmul import matmul_shape
from .registry import functions, long_name, make, make_many, operator

linalg_functions: dict[str, Callable] = {}


def _linalg(*names: str) -> Callable:
    def register(implementation: Callable) -> Callable:
        for name in names or (implementation.__name__.strip("_"),):
            linalg_functions[name] = implementation
        return implementation

    return register


class QR(NamedTuple):
    Q: Tensor
    R: Tensor


class SVD(NamedTuple):
    U: Tensor
    S: Tensor
    Vh: Tensor


class OldSVD(NamedTuple):
    U: Tensor
    S: Tensor
    V: Tensor


class Eigen(NamedTuple):
    eigenvalues: Tensor
    eigenvectors: Tensor


class LU(NamedTuple):
    P: Tensor
    L: Tensor
    U: Tensor


class LUFactor(NamedTuple):
    LU: Tensor
    pivots: Tensor


class LeastSquares(NamedTuple):
    solution: Tensor
    residuals: Tensor
    rank: Tensor
    singular_values: Tensor


class SignLog(NamedTuple):
    sign: Tensor
    logabsdet: Tensor


def _matrix(name: str, input: Tensor, is_square: bool = False) -> tuple:  # noqa: A002
    """Batch, rows and columns of a floating matrix; torch's complaints otherwise."""
    if len(input._shape) < 2:
        raise RuntimeError(f"linalg.{name}: The input tensor A must have at least 2 dimensions.")
    rows, columns = input._shape[-2:]
    if is_square and rows != columns:
        raise RuntimeError(f"linalg.{name}: A must be batches of square matrices, but they are {rows} by {columns} matrices")
    if input.dtype.category < d.FLOAT:
        raise RuntimeError(f"linalg.{name}: Expected a floating point or complex tensor as input. Got {long_name(input.dtype)}")
    if input.dtype in (d.float16, d.bfloat16):
        raise RuntimeError(f"linalg.{name}: Low precision dtypes not supported. Got {long_name(input.dtype)}")
    return input._shape[:-2], rows, columns


@operator("inverse")
@_linalg("inv")
def inverse(A: Tensor, *, out: Any = None) -> Tensor:  # noqa: N803 - torch's own name
    _matrix("inv", A, is_square=True)
    return make("linalg_inv", A._shape, A.dtype, (A,))


@_linalg("inv_ex")
def inv_ex(A: Tensor, *, check_errors: bool = False) -> tuple:  # noqa: N803
    batch, *_ = _matrix("inv_ex", A, is_square=True)
    return tuple(make_many("linalg_inv", (A,), [(A._shape, A.dtype, None), (batch, d.int32, None)]))


@operator("det")
@_linalg("det")
def det(A: Tensor, *, out: Any = None) -> Tensor:  # noqa: N803
    batch, *_ = _matrix("det", A, is_square=True)
    return make("linalg_det", batch, A.dtype, (A,))


@operator("logdet")
def logdet(A: Tensor) -> Tensor:  # noqa: N803
    batch, *_ = _matrix("logdet", A, is_square=True)
    return make("logdet", batch, A.dtype, (A,))


@operator("slogdet")
@_linalg("slogdet")
def slogdet(A: Tensor, *, out: Any = None) -> SignLog:  # noqa: N803
    batch, *_ = _matrix("slogdet", A, is_square=True)
    return SignLog(*make_many("linalg_slogdet", (A,), [(batch, A.dtype, None), (batch, A.dtype.to_real(), None)]))


@operator("cholesky")
def cholesky(A: Tensor, upper: bool = False, *, out: Any = None) -> Tensor:  # noqa: N803
    _matrix("cholesky", A, is_square=True)
    return make("linalg_cholesky", A._shape, A.dtype, (A,), {"upper": upper})


@_linalg("cholesky")
def _new_cholesky(A: Tensor, *, upper: bool = False, out: Any = None) -> Tensor:  # noqa: N803
    return cholesky(A, upper)


@_linalg("cholesky_ex")
def cholesky_ex(A: Tensor, *, upper: bool = False, check_errors: bool = False, out: Any = None) -> tuple:  # noqa: N803
    batch, *_ = _matrix("cholesky_ex", A, is_square=True)
    return tuple(make_many("linalg_cholesky", (A,), [(A._shape, A.dtype, None), (batch, d.int32, None)]))


@operator("cholesky_inverse")
def cholesky_inverse(A: Tensor, upper: bool = False, *, out: Any = None) -> Tensor:  # noqa: N803
    _matrix("cholesky_inverse", A, is_square=True)
    return make("cholesky_inverse", A._shape, A.dtype, (A,))


@operator("cholesky_solve")
def cholesky_solve(B: Tensor, L: Tensor, upper: bool = False, *, out: Any = None) -> Tensor:  # noqa: N803
    _matrix("cholesky_solve", L, is_square=True)
    _matrix("cholesky_solve", B)
    if L._shape[-1] != B._shape[-2]:
        raise RuntimeError("Incompatible matrix sizes for cholesky_solve")
    batch = s.broadcast(B._shape[:-2], L._shape[:-2])
    return make("cholesky_solve", batch + B._shape[-2:], B.dtype, (B, L))


def _qr(A: Tensor, mode: str) -> QR:  # noqa: N803
    batch, rows, columns = _matrix("qr", A)
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'")
    inner = min(rows, columns)
    first = (0,) if mode == "r" else batch + (rows, rows if mode == "complete" else inner)
    second = batch + (rows if mode == "complete" else inner, columns)
    return QR(*make_many("linalg_qr", (A,), [(first, A.dtype, None), (second, A.dtype, None)], {"mode": mode}))


@_linalg("qr")
def new_qr(A: Tensor, mode: str = "reduced", *, out: Any = None) -> QR:  # noqa: N803
    return _qr(A, mode)


@operator("qr")
def old_qr(input: Tensor, some: bool = True, *, out: Any = None) -> QR:  # noqa: A002
    return _qr(input, "reduced" if some else "complete")


def _singular(input: Tensor, is_full: bool) -> list[tuple]:  # noqa: A002
    batch, rows, columns = _matrix("svd", input)
    inner = min(rows, columns)
    return [
        (batch + (rows, rows if is_full else inner), input.dtype, None),
        (batch + (inner,), input.dtype.to_real(), None),
        (batch + (columns if is_full else inner, columns), input.dtype, None),
    ]


@_linalg("svd")
def new_svd(A: Tensor, full_matrices: bool = True, *, driver: Any = None, out: Any = None) -> SVD:  # noqa: N803
    return SVD(*make_many("linalg_svd", (A,), _singular(A, full_matrices)))


@operator("svd")
def old_svd(input: Tensor, some: bool = True, compute_uv: bool = True, *, out: Any = None) -> OldSVD:  # noqa: A002
    left, middle, right = _singular(input, not some or not compute_uv)
    shape = right[0][:-2] + (right[0][-1], right[0][-2])
    return OldSVD(*make_many("linalg_svd", (input,), [left, middle, (shape, right[1], None)]))


@_linalg("svdvals")
def svdvals(A: Tensor, *, driver: Any = None, out: Any = None) -> Tensor:  # noqa: N803
    _, (shape, kind, _none), _ = _singular(A, False)
    return make("linalg_svdvals", shape, kind, (A,))


@operator("svd_lowrank", "pca_lowrank", method=False)
def svd_lowrank(A: Tensor, q: int | None = 6, *args: Any, **options: Any) -> OldSVD:  # noqa: N803
    batch, rows, columns = _matrix("svd_lowrank", A)
    rank = min(6, rows, columns) if q is None else q
    return OldSVD(*make_many("svd_lowrank", (A,), [
        (batch + (rows, rank), A.dtype, None), (batch + (rank,), A.dtype, None), (batch + (columns, rank), A.dtype, None),
    ]))


@_linalg("eig")
def eig(A: Tensor, *, out: Any = None) -> Eigen:  # noqa: N803
    _matrix("eig", A, is_square=True)
    kind = A.dtype.to_complex()
    return Eigen(*make_many("linalg_eig", (A,), [(A._shape[:-1], kind, None), (A._shape, kind, None)]))


@_linalg("eigvals")
def eigvals(A: Tensor, *, out: Any = None) -> Tensor:  # noqa: N803
    _matrix("eigvals", A, is_square=True)
    return make("linalg_eigvals", A._shape[:-1], A.dtype.to_complex(), (A,))


@_linalg("eigh")
def eigh(A: Tensor, UPLO: str = "L", *, out: Any = None) -> Eigen:  # noqa: N803
    _matrix("eigh", A, is_square=True)
    return Eigen(*make_many("linalg_eigh", (A,), [(A._shape[:-1], A.dtype.to_real(), None), (A._shape, A.dtype, None)]))


@_linalg("eigvalsh")
def eigvalsh(A: Tensor, UPLO: str = "L", *, out: Any = None) -> Tensor:  # noqa: N803
    _matrix("eigvalsh", A, is_square=True)
    return make("linalg_eigvalsh", A._shape[:-1], A.dtype.to_real(), (A,))


@operator("pinverse")
@_linalg("pinv")
def pinv(A: Tensor, *args: Any, **options: Any) -> Tensor:  # noqa: N803
    batch, rows, columns = _matrix("pinv", A)
    return make("linalg_pinv", batch + (columns, rows), A.dtype, (A,))


def _right_side(name: str, A: Tensor, B: Tensor) -> tuple:  # noqa: N803
    """Shape of the solution, and whether B is a batch of vectors."""
    batch, rows, columns = _matrix(name, A, is_square=name != "lstsq")
    if B.dtype is not A.dtype:
        raise RuntimeError(f"linalg.{name}: Expected A and B to have the same dtype, but found A of type {long_name(A.dtype)} and B of type {long_name(B.dtype)} instead")
    is_vector = len(A._shape) - 1 == len(B._shape) and (name == "lstsq" or B._shape == A._shape[:-1])
    is_vector = is_vector or len(B._shape) == 1
    if is_vector:
        if not B._shape or B._shape[-1] != rows:
            raise RuntimeError(f"linalg.{name}: Incompatible shapes of A and B for the equation AX = B")
        return s.broadcast(batch, B._shape[:-1]) + (columns,)
    if len(B._shape) < 2 or B._shape[-2] != rows:
        raise RuntimeError(
            f"linalg.{name}: Incompatible shapes of A and B for the equation AX = B ({rows}x{columns} and "
            f"{'x'.join(str(extent) for extent in B._shape[-2:])})"
        )
    return s.broadcast(batch, B._shape[:-2]) + (columns, B._shape[-1])


@_linalg("solve")
def solve(A: Tensor, B: Tensor, *, left: bool = True, out: Any = None) -> Tensor:  # noqa: N803
    if not left:
        _matrix("solve", A, is_square=True)
        if len(B._shape) < 2 or B._shape[-1] != A._shape[-1]:
            raise RuntimeError("linalg.solve: Incompatible shapes of A and B for the equation XA = B")
        return make("linalg_solve", s.broadcast(A._shape[:-2], B._shape[:-2]) + B._shape[-2:], A.dtype, (A, B))
    return make("linalg_solve", _right_side("solve", A, B), A.dtype, (A, B))


@_linalg("solve_triangular")
def solve_triangular(A: Tensor, B: Tensor, *, upper: bool, left: bool = True, unitriangular: bool = False, out: Any = None) -> Tensor:  # noqa: N803
    _matrix("solve_triangular", A, is_square=True)
    _matrix("solve_triangular", B)
    if B._shape[-2 if left else -1] != A._shape[-1]:
        raise RuntimeError("linalg.solve_triangular: Incompatible shapes of A and B")
    batch = s.broadcast(A._shape[:-2], B._shape[:-2])
    return make("linalg_solve_triangular", batch + B._shape[-2:], A.dtype, (A, B))


@operator("triangular_solve")
def triangular_solve(b: Tensor, A: Tensor, upper: bool = True, transpose: bool = False, unitriangular: bool = False) -> tuple:  # noqa: N803
    batch = s.broadcast(A._shape[:-2], b._shape[:-2])
    _matrix("triangular_solve", A, is_square=True)
    if A._shape[-1] != b._shape[-2]:
        raise RuntimeError("Incompatible matrix sizes for triangular_solve")
    outputs = [(batch + b._shape[-2:], b.dtype, None), (batch + A._shape[-2:], A.dtype, None)]
    return tuple(make_many("triangular_solve", (b, A), outputs))


@_linalg("lstsq")
def lstsq(A: Tensor, B: Tensor, rcond: Any = None, *, driver: Any = None) -> LeastSquares:  # noqa: N803
    batch, rows, columns = _matrix("lstsq", A)
    shape = _right_side("lstsq", A, B)
    residuals = batch + (B._shape[-1],) if rows > columns and len(B._shape) > 1 else (0,)
    return LeastSquares(*make_many("linalg_lstsq", (A, B), [
        (shape, A.dtype, None), (residuals, A.dtype.to_real(), None),
        (batch if driver != "gels" else (0,), d.int64, None), ((0,), A.dtype.to_real(), None),
    ]))


@_linalg("lu")
def lu(A: Tensor, *, pivot: bool = True, out: Any = None) -> LU:  # noqa: N803
    batch, rows, columns = _matrix("lu", A)
    inner = min(rows, columns)
    return LU(*make_many("linalg_lu", (A,), [
        (batch + (rows, rows) if pivot else (0,), A.dtype, None), (batch + (rows, inner), A.dtype, None),
        (batch + (inner, columns), A.dtype, None),
    ]))


@operator("lu")
@_linalg("lu_factor")
def lu_factor(A: Tensor, *args: Any, pivot: bool = True, **options: Any) -> LUFactor:  # noqa: N803
    batch, rows, columns = _matrix("lu_factor", A)
    return LUFactor(*make_many("linalg_lu_factor", (A,), [(A._shape, A.dtype, None), (batch + (min(rows, columns),), d.int32, None)]))


@_linalg("matrix_exp")
@operator("matrix_exp")
def matrix_exp(A: Tensor) -> Tensor:  # noqa: N803
    if A.dtype not in (d.bfloat16, d.float16):
        _matrix("matrix_exp", A, is_square=True)
    elif len(A._shape) < 2 or A._shape[-1] != A._shape[-2]:
        raise RuntimeError("linalg.matrix_exp: A must be batches of square matrices")
    return make("linalg_matrix_exp", A._shape, A.dtype, (A,))


@_linalg("matrix_rank")
def matrix_rank(A: Tensor, *args: Any, **options: Any) -> Tensor:  # noqa: N803
    batch, *_ = _matrix("matrix_rank", A)
    return make("linalg_matrix_rank", batch, d.int64, (A,))


@_linalg("cond")
def cond(A: Tensor, p: Any = None, *, out: Any = None) -> Tensor:  # noqa: N803
    batch, *_ = _matrix("cond", A)
    return make("linalg_cond", batch, A.dtype.to_real(), (A,))


@_linalg("norm")
def norm(A: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False, *, out: Any = None, dtype: Any = None) -> Tensor:  # noqa: A002, N803
    if ord is not None and dim is None and len(A._shape) not in (1, 2):
        raise RuntimeError(f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {len(A._shape)}D.")
    return _normed("linalg_norm", A, dim, keepdim, dtype)


def _normed(name: str, A: Tensor, dim: Any, keepdim: bool, dtype: Any) -> Tensor:  # noqa: N803
    if A.dtype.category < d.FLOAT:
        raise RuntimeError(f"{name.replace('_', '.', 1)}: Expected a floating point or complex tensor as input. Got {long_name(A.dtype)}")
    axes = s.axes(dim, len(A._shape))
    shape = tuple(1 if axis in axes else extent for axis, extent in enumerate(A._shape) if keepdim or axis not in axes)
    return make(name, shape, dtype or A.dtype.to_real(), (A,), {"dim": axes, "keepdim": keepdim})


@_linalg("vector_norm")
def vector_norm(x: Tensor, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Any = None) -> Tensor:  # noqa: A002
    return _normed("linalg_vector_norm", x, dim, keepdim, dtype)


@_linalg("matrix_norm")
def matrix_norm(A: Tensor, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: Any = None, out: Any = None) -> Tensor:  # noqa: A002, N803
    if len(A._shape) < 2:
        raise RuntimeError("linalg.matrix_norm: The input tensor A must have at least 2 dimensions.")
    return _normed("linalg_matrix_norm", A, dim, keepdim, dtype)


@_linalg("multi_dot")
def multi_dot(tensors: Any, *, out: Any = None) -> Tensor:
    listed = list(tensors)
    if len(listed) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(listed)}")
    shape = listed[0]._shape
    for item in listed[1:]:
        shape = matmul_shape(shape, item._shape)
    return make("linalg_multi_dot", shape, listed[0].dtype, tuple(listed))


@_linalg("cross")
def cross(input: Tensor, other: Tensor, *, dim: int = -1, out: Any = None) -> Tensor:  # noqa: A002
    return functions["cross"](input, other, dim)


@_linalg("vecdot")
@operator("linalg_vecdot", method=False)
def vecdot(x: Tensor, y: Tensor, *, dim: int = -1, out: Any = None) -> Tensor:
    shape = s.broadcast(x._shape, y._shape)
    axis = s.axis(dim, len(shape))
    return make("linalg_vecdot", shape[:axis] + shape[axis + 1 :], promote_types(x.dtype, y.dtype), (x, y), {"dim": axis})


@_linalg("householder_product")
@operator("orgqr")
def householder_product(A: Tensor, tau: Tensor, *, out: Any = None) -> Tensor:  # noqa: N803
    _matrix("householder_product", A)
    return make("linalg_householder_product", A._shape, A.dtype, (A, tau))


@operator("geqrf")
def geqrf(A: Tensor) -> tuple:  # noqa: N803
    batch, rows, columns = _matrix("geqrf", A)
    return tuple(make_many("geqrf", (A,), [(A._shape, A.dtype, None), (batch + (min(rows, columns),), A.dtype, None)]))


@_linalg("vander")
def vander(x: Tensor, *, N: int | None = None) -> Tensor:  # noqa: N803
    return make("linalg_vander", x._shape + (x._shape[-1] if N is None else N,), x.dtype, (x,))


@_linalg("tensorinv")
def tensorinv(A: Tensor, ind: int = 2) -> Tensor:  # noqa: N803
    if s.count(A._shape[:ind]) != s.count(A._shape[ind:]):
        raise RuntimeError("Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind])")
    return make("linalg_tensorinv", A._shape[ind:] + A._shape[:ind], A.dtype, (A,))


@_linalg("tensorsolve")
def tensorsolve(A: Tensor, B: Tensor, dims: Any = None) -> Tensor:  # noqa: N803
    return make("linalg_tensorsolve", A._shape[len(B._shape) :], A.dtype, (A, B))


linalg_functions.update({
    "diagonal": lambda A, *, offset=0, dim1=-2, dim2=-1: functions["diagonal"](A, offset, dim1, dim2),
    "matmul": functions["matmul"], "matrix_power": lambda A, n, *, out=None: functions["matrix_power"](A, n),
    "lu_factor_ex": lambda A, *, pivot=True, check_errors=False: (
        *lu_factor(A, pivot=pivot), *make_many("linalg_lu_info", (A,), [(A._shape[:-2], d.int32, None)])
    ),
    "lu_solve": lambda LU, pivots, B, *, left=True, adjoint=False: functions["lu_solve"](B, LU, pivots),
    "solve_ex": lambda A, B, *, left=True, check_errors=False: (
        solve(A, B, left=left), *make_many("linalg_solve_info", (A,), [(A._shape[:-2], d.int32, None)])
    ),
    "ldl_factor": lambda A, *, hermitian=False: tuple(
        make_many("linalg_ldl_factor", (A,), [(A._shape, A.dtype, None), (A._shape[:-1], d.int32, None)])
    ),
})
