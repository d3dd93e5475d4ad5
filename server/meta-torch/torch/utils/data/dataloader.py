"""The loader: in this process, one batch after the other."""

from __future__ import annotations

from typing import Any, Generic, Iterator, TypeVar

from ..._ops.registry import functions
from ..._tensor import Tensor
from .dataset import IterableDataset
from .sampler import BatchSampler, SequentialSampler

T_co = TypeVar("T_co", covariant=True)


class DataLoader(Generic[T_co]):
    def __init__(
        self, dataset: Any, batch_size: Any = 1, shuffle: Any = None, sampler: Any = None, batch_sampler: Any = None, num_workers: int = 0,
        collate_fn: Any = None, pin_memory: bool = False, drop_last: bool = False, **options: Any,
    ) -> None:
        self.dataset = dataset
        self.batch_size = batch_size
        self.num_workers = num_workers
        self.pin_memory = pin_memory
        self.drop_last = drop_last
        self.collate_fn = collate_fn or default_collate
        self.sampler = sampler if sampler is not None or isinstance(dataset, IterableDataset) else SequentialSampler(dataset)
        self.batch_sampler = batch_sampler
        if batch_sampler is None and batch_size is not None and self.sampler is not None:
            self.batch_sampler = BatchSampler(self.sampler, batch_size, drop_last)

    def __iter__(self) -> Iterator[Any]:
        if isinstance(self.dataset, IterableDataset):
            batch: list = []
            for item in self.dataset:
                batch.append(item)
                if len(batch) == (self.batch_size or 1):
                    yield self.collate_fn(batch)
                    batch = []
            return
        for indices in self.batch_sampler or self.sampler:
            yield self.collate_fn([self.dataset[index] for index in indices] if isinstance(indices, list) else self.dataset[indices])

    def __len__(self) -> int:
        return len(self.batch_sampler if self.batch_sampler is not None else self.sampler)


def default_convert(data: Any) -> Any:
    return data


def default_collate(batch: Any) -> Any:
    first = batch[0]
    if isinstance(first, Tensor):
        return functions["stack"](list(batch), 0)
    if isinstance(first, (int, float)):
        return functions["tensor"](list(batch))
    if isinstance(first, dict):
        return {key: default_collate([item[key] for item in batch]) for key in first}
    if isinstance(first, (tuple, list)):
        return [default_collate(list(items)) for items in zip(*batch)]
    return batch


def get_worker_info() -> None:
    return None


_BaseDataLoaderIter = type("_BaseDataLoaderIter", (), {})
