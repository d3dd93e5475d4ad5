"""
What programs use of `triton` where it is not installed and nobody expects it to be missing: kernels can be defined, tuned
and launched, and do nothing, since what they write to is there already.
"""

from __future__ import annotations

from typing import Any

class Config:
    """One way to compile a kernel."""

    def __init__(self, kwargs: dict, num_warps: int = 4, num_stages: int = 3, num_ctas: int = 1, maxnreg: Any = None, pre_hook: Any = None, **options: Any) -> None:
        self.kwargs, self.num_warps, self.num_stages, self.num_ctas, self.maxnreg, self.pre_hook = kwargs, num_warps, num_stages, num_ctas, maxnreg, pre_hook

    def all_kwargs(self) -> dict:
        return {**self.kwargs, "num_warps": self.num_warps, "num_stages": self.num_stages}


class Kernel:
    """A function that only a device could run."""

    def __init__(self, function: Any, configs: Any = ()) -> None:
        self.fn, self.configs = getattr(function, "fn", function), list(configs) or list(getattr(function, "configs", ()))
        self.__name__ = getattr(self.fn, "__name__", "kernel")
        self.__doc__ = getattr(self.fn, "__doc__", None)

    def __getitem__(self, grid: Any) -> Any:
        return self._launch

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        return None

    def _launch(self, *args: Any, **kwargs: Any) -> None:
        return None

    run = warmup = _launch


def jit(fn: Any = None, **options: Any) -> Any:
    return Kernel if fn is None else Kernel(fn)


def autotune(configs: Any, key: Any = (), **options: Any) -> Any:
    return lambda function: Kernel(function, configs)


def heuristics(values: Any) -> Any:
    return Kernel


def cdiv(x: int, y: int) -> int:
    return -(-x // y)


def next_power_of_2(n: int) -> int:
    return 1 << max(n - 1, 0).bit_length()
