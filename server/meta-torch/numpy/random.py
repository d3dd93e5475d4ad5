"""Random numbers: shapes without contents, and single numbers that are always the same."""

from __future__ import annotations

from typing import Any

from ._array import ndarray


def _shaped(kind: str, default: Any) -> Any:
    def draw(*args: Any, size: Any = None, **options: Any) -> Any:
        return default if size is None else ndarray(size, kind)

    return draw


def rand(*shape: int) -> Any:
    return ndarray(shape, "float64") if shape else 0.5


randn = rand


def randint(low: int, high: Any = None, size: Any = None, dtype: Any = int) -> Any:
    return (0 if high is None else low) if size is None else ndarray(size, "int64")


integers = randint


def _uniform_like(kind: str) -> Any:
    def draw(low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        return low if size is None else ndarray(size, kind)

    return draw


uniform, normal, beta = _uniform_like("float64"), _uniform_like("float64"), _shaped("float64", 0.5)
random = random_sample = ranf = lambda size=None: 0.5 if size is None else ndarray(size, "float64")  # noqa: E731
exponential = gamma = laplace = lognormal = poisson = standard_normal = _shaped("float64", 0.5)


def choice(a: Any, size: Any = None, replace: bool = True, p: Any = None) -> Any:
    if size is None:
        return 0 if isinstance(a, int) else list(a)[0]
    return ndarray(size, "int64")


def permutation(x: Any) -> Any:
    from ._functions import arange, asarray

    return arange(x) if isinstance(x, int) else asarray(x)


def shuffle(x: Any) -> None:
    return None


def seed(*args: Any) -> None:
    return None


set_state = seed


def get_state(*args: Any, **options: Any) -> tuple:
    return ("MT19937", ndarray(624, "uint32"), 0, 0, 0.0)


class RandomState:
    def __init__(self, *args: Any) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        found = globals().get(name)
        if found is None:
            raise AttributeError(name)
        return found


Generator = RandomState


def default_rng(seed: Any = None) -> RandomState:
    return RandomState()
