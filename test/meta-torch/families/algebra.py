"""Spectra, linear algebra, special functions and differences."""

from __future__ import annotations

from operands import KINDS, NUMBERS, RANDOM, SHAPES, pick, tensor


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
            yield f"torch.linalg.{op}", [tensor(shape, RANDOM.choice(["float32", "float64"]), "eye")], {}
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
            yield f"torch.special.{op}", [tensor(RANDOM.choice(SHAPES), name)], {}
    for op in ("xlog1py", "zeta", "gammainc", "gammaincc", "xlogy", "hermite_polynomial_h"):
        for _ in range(4):
            yield f"torch.special.{op}", [tensor((2, 3), RANDOM.choice(["float32", "int64", "float64"])), tensor((3,))], {}
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
