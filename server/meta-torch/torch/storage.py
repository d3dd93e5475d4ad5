"""Storages by their types' names; a tensor without contents has none."""

from __future__ import annotations

from typing import Any


class UntypedStorage:
    def __init__(self, *args: Any, **options: Any) -> None:
        self._size = args[0] if args and isinstance(args[0], int) else 0

    def nbytes(self) -> int:
        return self._size

    size = nbytes

    def data_ptr(self) -> int:
        return 0


class TypedStorage(UntypedStorage):
    pass


class _LegacyStorage(TypedStorage):
    pass


FloatStorage = DoubleStorage = HalfStorage = LongStorage = IntStorage = ByteStorage = BoolStorage = BFloat16Storage = TypedStorage
_StorageBase = UntypedStorage
