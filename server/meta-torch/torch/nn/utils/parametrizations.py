"""Weight normalisation, spectral normalisation and orthogonal matrices as parametrisations."""

from __future__ import annotations

import enum
from typing import Any

from ..._ops.registry import make
from ..._tensor import Tensor, fresh
from .. import functional as F  # noqa: N812
from ..modules.module import Module
from . import parametrize


class _WeightNorm(Module):
    """Length times direction (Salimans & Kingma 2016)."""

    def __init__(self, dim: Any = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        return make("weight_norm", weight_v._shape, weight_v.dtype, (weight_v, weight_g), {"dim": self.dim})

    def right_inverse(self, weight: Tensor) -> tuple:
        return fresh(length_shape(weight._shape, self.dim), weight.dtype), weight


def length_shape(shape: tuple, dim: int) -> tuple:
    """One length for each index of `dim`, or one for all."""
    if dim == -1:
        return ()
    return tuple(extent if axis == dim % len(shape) else 1 for axis, extent in enumerate(shape))


def weight_norm(module: Module, name: str = "weight", dim: int = 0) -> Module:
    return parametrize.register_parametrization(module, name, _WeightNorm(dim), unsafe=True)


class _SpectralNorm(Module):
    """Division by the largest singular value, followed by power iteration (Miyato et al. 2018)."""

    def __init__(self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        rank = weight.ndim
        if dim >= rank or dim < -rank:
            raise IndexError(f"Dimension out of range (expected to be in range of [-{rank}, {rank - 1}] but got {dim})")
        if n_power_iterations <= 0:
            raise ValueError(f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}")
        self.dim = dim if dim >= 0 else dim + rank
        self.eps = eps
        if rank > 1:
            self.n_power_iterations = n_power_iterations
            rows = weight._shape[self.dim]
            self.register_buffer("_u", fresh((rows,), weight.dtype))
            self.register_buffer("_v", fresh((weight.numel() // max(rows, 1),), weight.dtype))

    def forward(self, weight: Tensor) -> Tensor:
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        return make("spectral_norm", weight._shape, weight.dtype, (weight, self._u, self._v), {"dim": self.dim})

    def right_inverse(self, value: Tensor) -> Tensor:
        return value


def spectral_norm(module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: Any = None) -> Module:
    weight = getattr(module, name)
    if dim is None:
        dim = 1 if type(module).__name__.startswith("ConvTranspose") else 0
    return parametrize.register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))


class _OrthMaps(enum.Enum):
    matrix_exp = enum.auto()
    cayley = enum.auto()
    householder = enum.auto()


class _Orthogonal(Module):
    def __init__(self, weight: Tensor, orthogonal_map: _OrthMaps, *, use_trivialization: bool = True) -> None:
        super().__init__()
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        if use_trivialization and orthogonal_map is not _OrthMaps.householder:
            self.register_buffer("base", fresh(weight._shape, weight.dtype))

    def forward(self, X: Tensor) -> Tensor:  # noqa: N803
        return make("orthogonal", X._shape, X.dtype, (X,), {"map": self.orthogonal_map.name})

    def right_inverse(self, Q: Tensor) -> Tensor:  # noqa: N803
        return Q


def orthogonal(module: Module, name: str = "weight", orthogonal_map: Any = None, *, use_trivialization: bool = True) -> Module:
    weight = getattr(module, name)
    if weight.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions.")
    if orthogonal_map is None:
        orthogonal_map = "matrix_exp" if weight._shape[-2] == weight._shape[-1] or weight.is_complex() else "householder"
    kind = getattr(_OrthMaps, orthogonal_map, None)
    if kind is None:
        raise ValueError(f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}')
    return parametrize.register_parametrization(module, name, _Orthogonal(weight, kind, use_trivialization=use_trivialization), unsafe=True)
