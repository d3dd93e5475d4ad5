"""torch's place for this optimiser."""

from .algorithms import AdamW, adamw  # noqa: F401
