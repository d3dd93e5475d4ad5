"""Seeds and states of random numbers, of which there are none."""

from contextlib import contextmanager

from ._ops.random_state import exported as _exported

globals().update(_exported)


@contextmanager
def fork_rng(devices=None, enabled=True, **options):  # type: ignore[no-untyped-def]
    yield
