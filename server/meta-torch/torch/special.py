"""`torch.special`: mostly other names of element-wise operators."""

from __future__ import annotations

from ._meta.promotion import floating_result as _floating_result
from ._meta.promotion import result_type as _result_type
from ._meta.shape import broadcast as _broadcast
from ._ops.registry import functions as _functions
from ._ops.registry import make as _make
from ._tensor import Tensor as _Tensor

_SAME_NAME = (
    "digamma", "erf", "erfc", "erfinv", "exp2", "expm1", "i0", "log1p", "logit", "logsumexp", "round", "sinc", "softmax",
    "log_softmax", "xlogy",
)
for _name in _SAME_NAME:
    globals()[_name] = _functions[_name]
expit = _functions["sigmoid"]
gammaln = _functions["lgamma"]
psi = _functions["digamma"]


def _unary(name: str) -> None:
    def implementation(input: _Tensor, *, out: object = None) -> _Tensor:  # noqa: A002
        return _make(f"special_{name}", input._shape, _floating_result(input.dtype), (input,))

    implementation.__name__ = name
    globals()[name] = implementation


def _binary(name: str) -> None:
    def implementation(input: object, other: object, *, out: object = None) -> _Tensor:  # noqa: A002
        tensors = tuple(item for item in (input, other) if isinstance(item, _Tensor))
        shape: tuple = ()
        for item in tensors:
            shape = _broadcast(shape, item._shape)
        return _make(f"special_{name}", shape, _floating_result(_result_type((input, other))), tensors)

    implementation.__name__ = name
    globals()[name] = implementation


for _name in (
    "airy_ai", "bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "entr", "erfcx", "i0e", "i1", "i1e", "log_ndtr",
    "modified_bessel_i0", "modified_bessel_i1", "modified_bessel_k0", "modified_bessel_k1", "ndtr", "ndtri",
    "scaled_modified_bessel_k0", "scaled_modified_bessel_k1", "spherical_bessel_j0",
):
    _unary(_name)
for _name in (
    "chebyshev_polynomial_t", "chebyshev_polynomial_u", "chebyshev_polynomial_v", "chebyshev_polynomial_w", "gammainc",
    "gammaincc", "hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l", "legendre_polynomial_p",
    "shifted_chebyshev_polynomial_t", "shifted_chebyshev_polynomial_u", "shifted_chebyshev_polynomial_v",
    "shifted_chebyshev_polynomial_w", "xlog1py", "zeta",
):
    _binary(_name)


def polygamma(n: int, input: _Tensor) -> _Tensor:  # noqa: A002
    return _make("polygamma", input._shape, _floating_result(input.dtype), (input,), {"n": n})


multigammaln = _functions["mvlgamma"]
