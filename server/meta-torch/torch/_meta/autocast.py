"""
Autocast: which type an operator computes in while `torch.autocast` is on. `torch.amp` sets the state; operators ask.
The lists are those of torch's documentation ("Automatic Mixed Precision", op eligibility).
"""

from __future__ import annotations

from . import dtype as d


class _State:
    """Types by device kind; `active` is the one test on the fast path."""

    __slots__ = ("active", "kinds", "defaults", "is_cached")

    def __init__(self) -> None:
        self.active = False
        self.kinds: dict[str, d.dtype] = {}
        self.defaults: dict[str, d.dtype] = {"cuda": d.float16, "cpu": d.bfloat16, "xpu": d.float16, "mps": d.float16}
        self.is_cached = True


state = _State()

#: Operators that compute in single precision whatever they are given.
FULL_PRECISION = frozenset((
    "acos", "asin", "binary_cross_entropy_with_logits", "cosh", "cosine_embedding_loss", "cdist", "cosine_similarity",
    "cross_entropy", "cumprod", "cumsum", "dist", "erfinv", "exp", "expm1", "group_norm", "hinge_embedding_loss", "kl_div",
    "l1_loss", "layer_norm", "log", "log10", "log_softmax", "log1p", "log2", "margin_ranking_loss", "mse_loss",
    "multilabel_margin_loss", "multi_margin_loss", "nll_loss", "norm", "normalize", "pdist", "poisson_nll_loss", "pow", "prod",
    "reciprocal", "rsqrt", "sinh", "smooth_l1_loss", "soft_margin_loss", "softmax", "softmin", "softplus", "sum", "renorm",
    "tan", "triplet_margin_loss", "logsumexp",
))


def enter(device_type: str, kind: d.dtype | None, is_enabled: bool) -> tuple:
    """Turns autocast on or off for a kind of device; answers what `leave` needs to undo it."""
    before = (dict(state.kinds), state.active)
    if is_enabled:
        state.kinds[device_type] = kind or state.defaults.get(device_type, d.bfloat16)
    else:
        state.kinds.pop(device_type, None)
    state.active = bool(state.kinds)
    return before


def leave(before: tuple) -> None:
    state.kinds, state.active = before


def is_enabled(device_type: str | None = None) -> bool:
    return state.active if device_type is None else device_type in state.kinds


def matmul_type(device_type: str) -> d.dtype | None:
    """Type that matrix products, convolutions and linear layers run in, or None where autocast is off."""
    return state.kinds.get(device_type)


def compute_type(device_type: str, kind: d.dtype) -> d.dtype:
    """The type such an operator gives for operands of `kind`: doubles and integers are left alone."""
    lower = state.kinds.get(device_type)
    return lower if lower is not None and kind in (d.float32, d.float16, d.bfloat16) else kind


def full_type(name: str, device_type: str, kind: d.dtype) -> d.dtype:
    """Single precision for those that need it (on CUDA devices; CPU autocast promotes only a few, which are alike)."""
    if device_type in state.kinds and name in FULL_PRECISION and kind in (d.float16, d.bfloat16):
        return d.float32
    return kind
