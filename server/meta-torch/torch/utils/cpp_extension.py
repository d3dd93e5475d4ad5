"""Compiled extensions are not built."""

from __future__ import annotations

from typing import Any

CUDA_HOME = ROCM_HOME = None
IS_HIP_EXTENSION = False


def load(name: str, *args: Any, **options: Any) -> Any:
    raise RuntimeError(f"`{name}` is a compiled extension, which is not built here")


load_inline = load


def CppExtension(*args: Any, **options: Any) -> Any:  # noqa: N802
    return None


CUDAExtension = SyclExtension = CppExtension
BuildExtension = type("BuildExtension", (), {"with_options": classmethod(lambda cls, **options: cls)})


def include_paths(*args: Any) -> list:
    return []


def is_ninja_available() -> bool:
    return False
