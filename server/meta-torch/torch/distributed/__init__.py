"""`torch.distributed` of one process: collectives give back what they get."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

default_pg_timeout = timedelta(minutes=30)


class _Backend(str):
    GLOO, NCCL, MPI, UCC, UNDEFINED = "gloo", "nccl", "mpi", "ucc", "undefined"


Backend = _Backend


class ReduceOp:
    SUM, PRODUCT, MIN, MAX, BAND, BOR, BXOR, AVG, PREMUL_SUM = range(9)


reduce_op = RedOpType = ReduceOp
ReduceOp.RedOpType = ReduceOp


class ProcessGroup:
    def rank(self) -> int:
        return 0

    def size(self) -> int:
        return 1


class Work:
    def wait(self, *args: Any) -> bool:
        return True

    def is_completed(self) -> bool:
        return True


class Store:
    def __init__(self, *args: Any, **options: Any) -> None:
        return None


class group:  # noqa: N801
    WORLD: Any = None


GroupMember = group
TCPStore = FileStore = HashStore = PrefixStore = Store


def is_available() -> bool:
    return True


def is_initialized() -> bool:
    return False


is_mpi_available = is_nccl_available = is_gloo_available = is_ucc_available = is_torchelastic_launched = is_xccl_available = is_initialized


def get_rank(*args: Any, **options: Any) -> int:
    return 0


get_node_local_rank = get_group_rank = get_global_rank = get_rank


def get_world_size(*args: Any, **options: Any) -> int:
    return 1


def get_backend(*args: Any) -> str:
    return "gloo"


def _work(*args: Any, **options: Any) -> Any:
    return Work() if options.get("async_op") else None


init_process_group = destroy_process_group = barrier = monitored_barrier = broadcast = all_reduce = reduce = _work
broadcast_object_list = scatter = reduce_scatter = reduce_scatter_tensor = send = recv = all_to_all = all_to_all_single = _work
all_gather_into_tensor = all_reduce_coalesced = irecv = isend = batch_isend_irecv = scatter_object_list = _work
_all_gather_base = _reduce_scatter_base = set_debug_level = _work


def all_gather(tensor_list: list, tensor: Any, *args: Any, **options: Any) -> Any:
    tensor_list[:] = [tensor] * max(len(tensor_list), 1)
    return _work(**options)


def gather(tensor: Any, gather_list: Any = None, *args: Any, **options: Any) -> Any:
    if gather_list:
        gather_list[:] = [tensor] * len(gather_list)
    return _work(**options)


def all_gather_object(object_list: list, obj: Any, *args: Any) -> None:
    object_list[:] = [obj] * max(len(object_list), 1)


gather_object = all_gather_object


def new_group(*args: Any, **options: Any) -> ProcessGroup:
    return ProcessGroup()


new_subgroups = split_group = new_group


def get_process_group_ranks(*args: Any) -> list:
    return [0]


class DeviceMesh:
    def __init__(self, *args: Any, **options: Any) -> None:
        self.ndim = 1

    def size(self, *args: Any) -> int:
        return 1

    def get_local_rank(self, *args: Any) -> int:
        return 0

    def get_group(self, *args: Any) -> ProcessGroup:
        return ProcessGroup()

    def __getitem__(self, key: Any) -> DeviceMesh:
        return self


def init_device_mesh(*args: Any, **options: Any) -> DeviceMesh:
    return DeviceMesh()


P2POp = type("P2POp", (), {})


class DistBackendError(RuntimeError):
    pass


DistError = DistNetworkError = DistStoreError = DistBackendError


def __getattr__(name: str) -> Any:
    import importlib

    if name in ("nn", "distributed_c10d", "tensor", "device_mesh", "fsdp", "algorithms", "optim", "_functional_collectives", "_tensor", "checkpoint", "elastic", "rpc", "pipelining", "_composable", "launcher", "run"):
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module 'torch.distributed' has no attribute '{name}'")
