"""Questions about types and settings: `finfo`, `is_tensor`, default type, switches without effect, `compile`."""

from __future__ import annotations

from typing import Any, Callable

from .._meta import autocast
from .._meta import dtype as d
from .._tensor import Tensor


class finfo:  # noqa: N801 - torch's own spelling
    """Limits of a floating type, from its bits: exponent and fraction widths as in the format's definition."""

    # (exponent bits, fraction bits); the float8 formats' largest numbers are those of their own papers.
    _WIDTHS = {
        d.float16: (5, 10), d.bfloat16: (8, 7), d.float32: (8, 23), d.float64: (11, 52), d.float8_e5m2: (5, 2),
        d.float8_e4m3fn: (4, 3), d.float8_e4m3fnuz: (4, 3), d.float8_e5m2fnuz: (5, 2),
    }
    _LARGEST = {d.float8_e4m3fn: 448.0, d.float8_e4m3fnuz: 240.0, d.float8_e5m2fnuz: 57344.0}

    def __init__(self, type: d.dtype | None = None) -> None:  # noqa: A002
        kind = d.default.floating if type is None else type.to_real()
        if kind not in self._WIDTHS:
            raise TypeError("torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.iinfo'")
        exponent, fraction = self._WIDTHS[kind]
        bias = 2 ** (exponent - 1) - 1 + (1 if kind.name.endswith("fnuz") else 0)
        self.bits = kind.itemsize * 8
        self.dtype = kind.name
        self.eps = 2.0**-fraction
        self.tiny = self.smallest_normal = 2.0 ** (1 - bias)
        self.max = self._LARGEST.get(kind, (2.0 - 2.0**-fraction) * 2.0**bias)
        self.min = -self.max
        digits = {d.float16: 3, d.bfloat16: 2, d.float32: 6, d.float64: 15}
        self.resolution = 10.0 ** -digits.get(kind, 0) if kind in digits else 1.0

    def __repr__(self) -> str:
        return f"finfo(resolution={self.resolution}, min={self.min}, max={self.max}, eps={self.eps}, tiny={self.tiny}, dtype={self.dtype})"


class iinfo:  # noqa: N801
    def __init__(self, type: d.dtype) -> None:  # noqa: A002
        if type.category != d.INTEGER:
            raise TypeError("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.finfo'")
        self.bits = type.itemsize * 8
        self.dtype = type.name
        self.min = -(2 ** (self.bits - 1)) if type.is_signed else 0
        self.max = 2 ** (self.bits - 1) - 1 if type.is_signed else 2**self.bits - 1

    def __repr__(self) -> str:
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"


def get_default_dtype() -> d.dtype:
    return d.default.floating


def set_default_dtype(kind: d.dtype) -> None:
    if kind.category != d.FLOAT:
        raise TypeError(f"only floating-point types are supported as the default type, but got {kind}")
    d.default.floating = kind


def set_default_tensor_type(kind: Any) -> None:
    from .legacy import type_of

    set_default_dtype(type_of(kind))


def is_tensor(obj: Any) -> bool:
    return isinstance(obj, Tensor)


def compile_(model: Callable | None = None, **options: Any) -> Any:
    """The function itself: what it compiles to costs what it says."""
    return model if model is not None else lambda function: function


def _question(method: str) -> Callable:
    return lambda input: getattr(input, method)()  # noqa: A002


class _Switches:
    """Settings that programs set and read back."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def pair(self, setter: str, getter: str, start: Any) -> dict[str, Callable]:
        self.values[getter] = start

        def write(item: Any = True, *args: Any, **options: Any) -> None:
            self.values[getter] = item

        return {setter: write, getter: lambda *args: self.values[getter]}


_switches = _Switches()


def _autocast_switches() -> dict[str, Callable]:
    state = autocast.state

    def set_enabled(device: Any, is_on: Any = None) -> None:
        device, is_on = ("cuda", device) if is_on is None else (device, is_on)
        autocast.enter(device, state.kinds.get(device), is_on)

    def set_type(device: Any, kind: Any = None) -> None:
        device, kind = ("cuda", device) if kind is None else (device, kind)
        state.defaults[device] = kind
        if device in state.kinds:
            state.kinds[device] = kind

    return {
        "is_autocast_enabled": lambda device="cuda": autocast.is_enabled(device),
        "is_autocast_cpu_enabled": lambda: autocast.is_enabled("cpu"),
        "get_autocast_gpu_dtype": lambda: state.kinds.get("cuda", state.defaults["cuda"]),
        "get_autocast_cpu_dtype": lambda: state.kinds.get("cpu", state.defaults["cpu"]),
        "get_autocast_dtype": lambda device="cuda": state.kinds.get(device, state.defaults.get(device, d.bfloat16)),
        "is_autocast_available": lambda device: device in state.defaults,
        "set_autocast_enabled": set_enabled, "set_autocast_dtype": set_type,
        "set_autocast_cpu_enabled": lambda is_on: set_enabled("cpu", is_on),
        "set_autocast_gpu_dtype": set_type, "set_autocast_cpu_dtype": lambda kind: set_type("cpu", kind),
        "clear_autocast_cache": lambda: None, "is_autocast_cache_enabled": lambda: state.is_cached,
        "set_autocast_cache_enabled": lambda is_on: setattr(state, "is_cached", is_on),
        "autocast_increment_nesting": lambda: 1, "autocast_decrement_nesting": lambda: 0,
    }


def _check(condition: Any, message: Any = None) -> None:
    if not condition:
        raise RuntimeError(message() if callable(message) else message or "Expected cond to be True, but got False.")


def typename(obj: Any) -> str:
    if isinstance(obj, Tensor):
        return obj.type()
    return f"{type(obj).__module__}.{type(obj).__qualname__}"


exported = {
    "finfo": finfo, "iinfo": iinfo, "get_default_dtype": get_default_dtype, "set_default_dtype": set_default_dtype,
    "set_default_tensor_type": set_default_tensor_type, "is_tensor": is_tensor, "compile": compile_, "typename": typename,
    "is_floating_point": _question("is_floating_point"), "is_complex": _question("is_complex"),
    "is_signed": _question("is_signed"), "numel": _question("numel"), "is_inference": _question("is_inference"),
    "has_mps": False, "has_cuda": False, "has_cudnn": False, "has_mkl": False, "has_mkldnn": False, "has_openmp": False,
    "has_lapack": True, "compiled_with_cxx11_abi": lambda: True,
    "is_anomaly_enabled": lambda: False, "set_anomaly_enabled": lambda *args: None, "is_storage": lambda obj: False,
    "is_conj": lambda input: False, "is_neg": lambda input: False,
    "set_printoptions": lambda *args, **options: None, "set_flush_denormal": lambda mode: True,
    "set_float32_matmul_precision": _switches.pair("s", "float32_matmul_precision", "highest")["s"],
    "get_float32_matmul_precision": lambda: _switches.values["float32_matmul_precision"],
    **_switches.pair("use_deterministic_algorithms", "are_deterministic_algorithms_enabled", False),
    **_switches.pair("set_deterministic_debug_mode", "get_deterministic_debug_mode", 0),
    **_switches.pair("set_num_threads", "get_num_threads", 1),
    **_switches.pair("set_num_interop_threads", "get_num_interop_threads", 1),
    **_switches.pair("set_warn_always", "is_warn_always_enabled", False),
    "is_deterministic_algorithms_warn_only_enabled": lambda: False,
    "is_vulkan_available": lambda: False, "_is_vulkan_available": lambda: False,
    "_assert": lambda condition, message="": None, "_assert_async": lambda *args: None,
    "_check": _check, "_check_is_size": lambda *args, **options: None, "_check_value": _check,
    "_check_index": _check, "_check_type": _check, "_check_not_implemented": _check,
    "sym_int": int, "sym_float": float, "sym_max": max, "sym_min": min, "sym_not": lambda a: not a, "sym_ite": lambda c, a, b: a if c else b,
    "sym_sqrt": lambda a: a**0.5, "sym_sum": sum,
    "SymInt": type("SymInt", (), {}), "SymFloat": type("SymFloat", (), {}), "SymBool": type("SymBool", (), {}),
    "OutOfMemoryError": type("OutOfMemoryError", (RuntimeError,), {"__module__": "torch"}),
    "AcceleratorError": type("AcceleratorError", (RuntimeError,), {"__module__": "torch"}),
    **_autocast_switches(),
}
