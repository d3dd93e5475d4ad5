"""`torch.hub`: nothing is fetched."""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import urlparse  # noqa: F401

HASH_REGEX = re.compile(r"-([a-f0-9]*)\.")
READ_DATA_CHUNK = 128 * 1024
_WHY = "weights are not loaded here; build the model without pretrained weights."


def get_dir() -> str:
    return os.path.join(_get_torch_home(), "hub")


def _get_torch_home() -> str:
    return os.path.join("~", ".cache", "torch")


def set_dir(d: str) -> None:
    return None


def _refuse(name: str) -> Any:
    def refuse(*args: Any, **options: Any) -> Any:
        raise RuntimeError(f"torch.hub.{name}: {_WHY}")

    return refuse


load, load_state_dict_from_url = _refuse("load"), _refuse("load_state_dict_from_url")
download_url_to_file, help, list = _refuse("download_url_to_file"), _refuse("help"), _refuse("list")  # noqa: A001
