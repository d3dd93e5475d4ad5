"""What `torch.cuda`, `torch.xpu`, `torch.mps` and their kin share: a kind of device of which there is none."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator

from ._tensor import device as _device


class Stream:
    def __init__(self, *args: Any, **options: Any) -> None:
        self.device = _device("cpu")

    def synchronize(self) -> None:
        return None

    def wait_stream(self, stream: Any) -> None:
        return None

    def wait_event(self, event: Any) -> None:
        return None

    def record_event(self, event: Any = None) -> Event:
        return event or Event()

    def query(self) -> bool:
        return True

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *reason: Any) -> None:
        return None


class Event:
    def __init__(self, *args: Any, **options: Any) -> None:
        return None

    def record(self, stream: Any = None) -> None:
        return None

    def wait(self, stream: Any = None) -> None:
        return None

    def synchronize(self) -> None:
        return None

    def query(self) -> bool:
        return True

    def elapsed_time(self, end_event: Any) -> float:
        return 0.0


class _Properties:
    name = "none"
    major, minor = 0, 0
    total_memory = 0
    multi_processor_count = 0
    gcnArchName = ""


class device:  # noqa: N801 - torch's own spelling
    """Context that chooses a device: there is none to choose."""

    def __init__(self, device: Any = None) -> None:
        self.idx = device

    def __enter__(self) -> None:
        return None

    def __exit__(self, *reason: Any) -> None:
        return None


device_of = device


@contextmanager
def stream(stream: Any = None) -> Iterator[None]:
    yield


def _nop(*args: Any, **options: Any) -> None:
    return None


def _false(*args: Any, **options: Any) -> bool:
    return False


def _zero(*args: Any, **options: Any) -> int:
    return 0


def _states(*args: Any, **options: Any) -> Any:
    from ._ops.registry import functions

    return functions["zeros"](8, dtype=_bytes())


def _bytes() -> Any:
    from ._meta.dtype import uint8

    return uint8


exported: dict[str, Any] = {
    "Stream": Stream, "ExternalStream": Stream, "Event": Event, "device": device, "device_of": device, "stream": stream,
    "StreamContext": device,
}
exported.update(dict.fromkeys((
    "synchronize", "empty_cache", "set_device", "manual_seed", "manual_seed_all", "seed", "seed_all", "init", "set_stream",
    "reset_peak_memory_stats", "reset_max_memory_allocated", "reset_max_memory_cached", "reset_accumulated_memory_stats",
    "set_per_process_memory_fraction", "set_rng_state", "set_rng_state_all", "ipc_collect", "_lazy_init", "_lazy_call",
    "_sleep", "set_sync_debug_mode", "change_current_allocator",
), _nop))
exported.update(dict.fromkeys((
    "is_available", "is_initialized", "is_bf16_supported", "can_device_access_peer", "is_current_stream_capturing",
    "_is_in_bad_fork", "_is_compiled", "is_tf32_supported",
), _false))
exported.update(dict.fromkeys((
    "device_count", "current_device", "memory_allocated", "max_memory_allocated", "memory_reserved", "max_memory_reserved",
    "memory_cached", "max_memory_cached", "initial_seed", "utilization", "current_device_index", "temperature", "power_draw",
), _zero))
exported.update({
    "current_stream": lambda *args: Stream(), "default_stream": lambda *args: Stream(), "get_device_name": lambda *args: "none",
    "get_device_capability": lambda *args: (0, 0), "get_device_properties": lambda *args: _Properties(),
    "mem_get_info": lambda *args: (0, 0), "get_rng_state": _states, "get_rng_state_all": lambda: [], "memory_stats": lambda *args: {},
    "memory_summary": lambda *args, **options: "", "get_arch_list": lambda: [], "current_blas_handle": _zero, "get_sync_debug_mode": _zero,
    "list_gpu_processes": lambda *args: "",
})
