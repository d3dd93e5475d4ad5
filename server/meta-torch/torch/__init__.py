"""
`torch` without data: tensors have a shape, a type and a device; operators follow torch's rules for these, check what
torch checks, and are recorded while a trace is open. Names and meaning are those of torch 2.9.
"""

from __future__ import annotations

import importlib as _importlib
import math as _math
from typing import Any

from . import _ops
from ._meta import dtype as _dtypes
from ._meta import promotion as _promotion
from ._ops import autograd_mode as _autograd_mode
from ._ops import environment as _environment
from ._ops import layouts as _layouts
from ._ops import legacy as _legacy
from ._ops import random_state as _random_state
from ._ops.factory import get_default_device, set_default_device
from ._ops.registry import exported as _exported
from ._ops.vectorized import vmap
from ._tensor import Size, Tensor, device

__version__ = "2.9.1"

dtype = _dtypes.dtype
for _kind in _dtypes.ALL:
    globals()[_kind.name] = _kind
globals().update(_dtypes.ALIASES)
globals().update(_exported())
globals().update(_legacy.typed_classes)
globals().update(_layouts.exported)
globals().update(_environment.exported)
globals().update(_autograd_mode.exported)
globals().update(_random_state.exported)
bool = _dtypes.bool_  # noqa: A001 - torch's own name
Tensor.layout = _layouts.strided

inf, nan, pi, e = _math.inf, _math.nan, _math.pi, _math.e
newaxis = None

promote_types = _promotion.promote_types


def result_type(tensor1: Any, tensor2: Any) -> dtype:
    return _promotion.result_type((tensor1, tensor2))


def can_cast(from_: dtype, to: dtype) -> Any:
    return _promotion.can_cast(from_, to)


#: Parts that load when first asked for, so that importing `torch` stays quick.
_SUBMODULES = frozenset((
    "_C", "_dynamo", "_export", "_guards", "_higher_order_ops", "_inductor", "_jit_internal", "_library", "_logging", "_lowrank",
    "_prims", "_prims_common", "_refs", "_subclasses", "_utils", "_utils_internal", "_vmap_internals", "accelerator", "amp",
    "ao", "autograd", "backends", "classes", "compiler", "cpu", "cuda", "distributed", "distributions", "export", "fft", "func",
    "functional", "futures", "fx", "hub", "jit", "library", "linalg", "masked", "monitor", "mps", "mtia", "multiprocessing",
    "nested", "nn", "onnx", "ops", "optim", "overrides", "package", "profiler", "quantization", "quasirandom", "random",
    "return_types", "serialization", "signal", "sparse", "special", "storage", "testing", "torch_version", "types", "utils",
    "version", "xpu",
))
#: Names of `torch` that live in one of these parts.
_ELSEWHERE = {
    "save": "serialization", "load": "serialization", "autocast": "amp", "GradScaler": "amp", "cond": "_higher_order_ops",
    "Event": "accelerator", "Stream": "accelerator", "UntypedStorage": "storage", "TypedStorage": "storage",
    "FloatStorage": "storage", "get_autocast_dtype": "amp", "is_autocast_available": "amp",
}


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        try:
            return _importlib.import_module(f"{__name__}.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.{name}":
                raise
            raise AttributeError(f"module 'torch' has no attribute '{name}'") from error
    place = _ELSEWHERE.get(name)
    if place is not None:
        try:
            return getattr(_importlib.import_module(f"{__name__}.{place}"), name)
        except ImportError as error:
            raise AttributeError(f"module 'torch' has no attribute '{name}'") from error
    found = _layer_function(name)
    if found is not None:
        return found
    raise AttributeError(f"module 'torch' has no attribute '{name}'")


#: Functions of `torch.nn.functional` that `torch` has under the same name.
_LAYER_FUNCTIONS = frozenset((
    "adaptive_avg_pool1d", "adaptive_max_pool1d", "alpha_dropout", "alpha_dropout_", "avg_pool1d", "batch_norm", "bilinear",
    "binary_cross_entropy_with_logits", "celu", "celu_", "channel_shuffle", "conv1d", "conv2d", "conv3d", "conv_tbc",
    "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "cosine_embedding_loss", "cosine_similarity", "ctc_loss", "dropout", "dropout_",
    "embedding", "embedding_bag", "feature_alpha_dropout", "feature_dropout", "group_norm", "hardshrink", "hinge_embedding_loss",
    "instance_norm", "kl_div", "layer_norm", "log_softmax", "margin_ranking_loss", "max_pool1d", "max_pool1d_with_indices",
    "max_pool2d", "max_pool3d", "native_channel_shuffle", "pairwise_distance", "pdist", "pixel_shuffle", "pixel_unshuffle",
    "poisson_nll_loss", "prelu", "rms_norm", "rrelu", "rrelu_", "selu", "selu_", "softmax", "threshold", "threshold_",
    "triplet_margin_loss", "native_dropout", "lstm", "gru", "rnn_tanh", "rnn_relu", "lstm_cell", "gru_cell", "rnn_tanh_cell",
    "rnn_relu_cell", "affine_grid_generator", "grid_sampler", "native_layer_norm", "native_group_norm", "native_batch_norm",
))


def _layer_function(name: str) -> Any:
    if name not in _LAYER_FUNCTIONS:
        return None
    found = getattr(_importlib.import_module(f"{__name__}.nn.functional"), name, None)
    if found is not None:
        globals()[name] = found
    return found
