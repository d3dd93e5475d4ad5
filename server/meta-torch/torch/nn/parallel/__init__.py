"""Wrappers for several devices: each is its module under the name `module`."""

from .data_parallel import DataParallel, data_parallel  # noqa: F401
from .distributed import DistributedDataParallel  # noqa: F401
from .scatter_gather import gather, scatter  # noqa: F401


def replicate(network, devices, detach=False):  # type: ignore[no-untyped-def]
    return [network for _ in devices]


def parallel_apply(modules, inputs, kwargs_tup=None, devices=None):  # type: ignore[no-untyped-def]
    return [module(*args) for module, args in zip(modules, inputs)]
