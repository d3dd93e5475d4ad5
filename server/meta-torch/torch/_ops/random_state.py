"""Generators and seeds: nothing is drawn, so they only remember their seed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator

from .._meta import dtype as d
from .._tensor import CPU, Tensor, fresh
from .._tensor import device as Device


class Generator:
    def __init__(self, device: Any = "cpu") -> None:
        self.device = Device(device)
        self._seed = 0

    def manual_seed(self, seed: int) -> Generator:
        self._seed = seed
        return self

    def initial_seed(self) -> int:
        return self._seed

    def seed(self) -> int:
        return self._seed

    def get_state(self) -> Tensor:
        return fresh((5056,), d.uint8, CPU)

    def set_state(self, state: Any) -> None:
        return None

    def clone_state(self) -> Generator:
        return self


default_generator = Generator()


@contextmanager
def fork_rng(*args: Any, **options: Any) -> Iterator[None]:
    yield


exported = {
    "Generator": Generator, "default_generator": default_generator, "manual_seed": default_generator.manual_seed,
    "seed": default_generator.seed, "initial_seed": default_generator.initial_seed,
    "get_rng_state": default_generator.get_state, "set_rng_state": default_generator.set_state,
}
