"""torch's place for the collectives."""

from . import *  # noqa: F401,F403
from . import ProcessGroup, ReduceOp, group, is_initialized  # noqa: F401

_default_pg = None


def _get_default_group():  # type: ignore[no-untyped-def]
    return ProcessGroup()
