"""`wrap` and the tracer."""

from . import Tracer, symbolic_trace, wrap  # noqa: F401


def is_fx_tracing() -> bool:
    return False


is_fx_symbolic_tracing = is_fx_tracing
