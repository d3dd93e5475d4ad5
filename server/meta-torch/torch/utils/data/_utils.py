"""Parts of the loader that programs reach into."""

from __future__ import annotations

from .dataloader import default_collate as _collate

collate = type("collate", (), {"default_collate": staticmethod(_collate)})
MP_STATUS_CHECK_INTERVAL = 5.0
