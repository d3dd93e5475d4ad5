"""Settings that programs write and read back, and questions whose answer is no."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator

enabled = True
benchmark = False
deterministic = False
allow_tf32 = False
benchmark_limit = 10
fp32_precision = "none"
strategy = "auto"
engine = "none"
supported_engines: list = ["none"]


class _Matmul:
    allow_tf32 = False
    allow_fp16_reduced_precision_reduction = True
    allow_bf16_reduced_precision_reduction = True
    allow_fp16_accumulation = False
    fp32_precision = "none"


matmul = conv = rnn = _Matmul()
cufft_plan_cache: Any = _Matmul()


def is_available(*args: Any) -> bool:
    return False


is_built = flash_sdp_enabled = mem_efficient_sdp_enabled = cudnn_sdp_enabled = is_macos13_or_newer = is_macos_or_newer = is_acceptable = is_available
can_use_flash_attention = can_use_efficient_attention = is_flash_attention_available = get_fastpath_enabled = is_available


def math_sdp_enabled() -> bool:
    return True


def version() -> None:
    return None


def get_cpu_capability() -> str:
    return "DEFAULT"


def get_opt_einsum() -> None:
    return None


def enable_flash_sdp(enabled: bool) -> None:
    return None


enable_math_sdp = enable_mem_efficient_sdp = enable_cudnn_sdp = set_fastpath_enabled = enable_flash_sdp
preferred_linalg_library = preferred_blas_library = preferred_rocm_fa_library = lambda backend=None: "default"
SDPBackend = type("SDPBackend", (), {"ERROR": -1, "MATH": 0, "FLASH_ATTENTION": 1, "EFFICIENT_ATTENTION": 2})


@contextmanager
def sdp_kernel(*args: Any, **options: Any) -> Iterator[None]:
    yield


@contextmanager
def flags(*args: Any, **options: Any) -> Iterator[None]:
    yield


verbose = flags
__all__ = [name for name in list(globals()) if not name.startswith("_") and name not in ("annotations", "Any", "Iterator", "contextmanager")]
