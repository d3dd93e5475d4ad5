"""Stand-in for torch's compiled half, as far as Python code of libraries looks into it."""

from __future__ import annotations

from typing import Any

from ._ops.random_state import exported as _random
from ._tensor import Tensor, device  # noqa: F401

Generator = _random.get("Generator")
TensorBase = _TensorBase = Tensor


def _nop(*args: Any, **options: Any) -> Any:
    return None


def _no(*args: Any, **options: Any) -> bool:
    return False


class Future:
    pass


class ScriptObject:
    pass


class DisableTorchFunction:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *reason: Any) -> None:
        return None


DisableTorchFunctionSubclass = _DisableTorchDispatch = DisableTorchFunction
_functorch = type("_functorch", (), {"is_batchedtensor": staticmethod(_no), "maybe_get_level": staticmethod(_nop)})
_distributed_c10d = type("_distributed_c10d", (), {})
_jit_set_profiling_executor = _jit_set_profiling_mode = _jit_override_can_fuse_on_cpu = _jit_override_can_fuse_on_gpu = _no
_jit_set_texpr_fuser_enabled = _jit_set_nvfuser_enabled = _jit_pass_lint = _log_api_usage_once = _nop
_get_tracing_state = _nop
_has_cuda = _has_mps = has_openmp = has_mkl = has_lapack = has_cuda = False
_get_cudnn_enabled = _get_mkldnn_enabled = _cuda_getDeviceCount = _is_tracing = _no


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return _nop
