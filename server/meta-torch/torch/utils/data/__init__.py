"""Data sets and loaders, as classes that exist: a loader of a list gives its items, batches are stacked by shape."""

from .dataloader import DataLoader, default_collate, default_convert, get_worker_info  # noqa: F401
from .dataset import (  # noqa: F401
    ChainDataset, ConcatDataset, Dataset, IterableDataset, StackDataset, Subset, TensorDataset, random_split,
)
from .sampler import (  # noqa: F401
    BatchSampler, DistributedSampler, RandomSampler, Sampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler,
)
from . import _utils, dataloader, dataset, distributed, sampler  # noqa: F401

DataChunk = IterDataPipe = MapDataPipe = IterableDataset
_DatasetKind = type("_DatasetKind", (), {"Map": 0, "Iterable": 1})


def functional_datapipe(name):  # type: ignore[no-untyped-def]
    return lambda cls: cls


def argument_validation(function):  # type: ignore[no-untyped-def]
    return function
