"""torch also has the averages here."""

from ..optim.swa_utils import *  # noqa: F401,F403
