"""One process, which is the whole group."""

from __future__ import annotations

from typing import Any


def initialize_model_parallel(*sizes: Any, **options: Any) -> None:
    return None


def model_parallel_is_initialized() -> bool:
    return True


def get_model_parallel_world_size() -> int:
    return 1


def get_model_parallel_rank() -> int:
    return 0


def get_model_parallel_src_rank() -> int:
    return 0


def get_data_parallel_world_size() -> int:
    return 1


def get_data_parallel_rank() -> int:
    return 0


def get_model_parallel_group() -> None:
    return None


def get_data_parallel_group() -> None:
    return None


def destroy_model_parallel() -> None:
    return None
