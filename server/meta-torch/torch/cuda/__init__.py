"""`torch.cuda` on a machine without one."""

from __future__ import annotations

from typing import Any

from .. import _device_kind
from .._ops.legacy import typed_classes as _typed

globals().update(_device_kind.exported)
globals().update({name: item for name, item in _typed.items() if name.endswith("Tensor")})
OutOfMemoryError = type("OutOfMemoryError", (RuntimeError,), {"__module__": "torch.cuda"})
CudaError = type("CudaError", (RuntimeError,), {"__module__": "torch.cuda"})
_device_t = Any
has_half = has_magma = False
default_generators: tuple = ()


class CUDAGraph:
    def capture_begin(self, *args: Any, **options: Any) -> None:
        return None

    def capture_end(self) -> None:
        return None

    def replay(self) -> None:
        return None

    def pool(self) -> None:
        return None


graph = _device_kind.device


def make_graphed_callables(callables: Any, *args: Any, **options: Any) -> Any:
    return callables


from . import amp, comm, graphs, memory, nvtx, profiler, random, streams  # noqa: E402, F401
