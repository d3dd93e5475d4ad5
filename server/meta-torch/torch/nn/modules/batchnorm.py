"""Normalisation with running statistics: over a batch, or an instance."""

from __future__ import annotations

from typing import Any

from ..._meta import dtype as d
from ..._ops.factory import as_device
from ..._tensor import Tensor, fresh
from .. import functional as F  # noqa: N812
from ..parameter import UninitializedBuffer, UninitializedParameter, new_parameter
from .lazy import LazyModuleMixin
from .module import Module


class _NormBase(Module):
    __constants__ = ["track_running_stats", "momentum", "eps", "num_features", "affine"]
    _version = 2

    def __init__(
        self, num_features: int, eps: float = 1e-5, momentum: Any = 0.1, affine: bool = True, track_running_stats: bool = True,
        device: Any = None, dtype: Any = None,
    ) -> None:
        super().__init__()
        own = self.__dict__
        own["num_features"], own["eps"], own["momentum"] = num_features, eps, momentum
        own["affine"], own["track_running_stats"] = affine, track_running_stats
        params, buffers = own["_parameters"], own["_buffers"]
        shape = (num_features,)
        params["weight"] = new_parameter(shape, dtype, device) if affine else None
        params["bias"] = new_parameter(shape, dtype, device) if affine else None
        if track_running_stats:
            kind = dtype or d.default.floating
            buffers["running_mean"], buffers["running_var"] = fresh(shape, kind), fresh(shape, kind)
            buffers["num_batches_tracked"] = fresh((), d.int64, value=[0])
            if device is not None:
                for buffer in buffers.values():
                    buffer.device = as_device(device)
        else:
            buffers["running_mean"] = buffers["running_var"] = buffers["num_batches_tracked"] = None
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Statistics have no contents to fill."""

    def reset_parameters(self) -> None:
        """Weights have no contents to fill."""

    def _check_input_dim(self, input: Tensor) -> None:  # noqa: A002
        raise NotImplementedError

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"track_running_stats={self.track_running_stats}"
        )

    def _load_from_state_dict(self, state_dict: Any, prefix: str, local_metadata: dict, strict: bool, *lists: list) -> None:
        key = prefix + "num_batches_tracked"
        if local_metadata.get("version", None) in (None, 1) and self.track_running_stats and key not in state_dict:
            state_dict[key] = fresh((), d.int64, value=[0])
        super()._load_from_state_dict(state_dict, prefix, local_metadata, strict, *lists)


class _BatchNorm(_NormBase):
    _ranks: tuple = ()

    def _check_input_dim(self, input: Tensor) -> None:  # noqa: A002
        if self._ranks and len(input._shape) not in self._ranks:
            wanted = " or ".join(f"{rank}D" for rank in self._ranks)
            raise ValueError(f"expected {wanted} input (got {input.dim()}D input)")

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        self._check_input_dim(input)
        own = self.__dict__
        mean, variance = self.running_mean, self.running_var
        is_training = own["training"] or (mean is None and variance is None)
        if not own["training"] or own["track_running_stats"]:
            return F.batch_norm(input, mean, variance, self.weight, self.bias, is_training, self.momentum or 0.0, self.eps)
        return F.batch_norm(input, None, None, self.weight, self.bias, is_training, self.momentum or 0.0, self.eps)


class BatchNorm1d(_BatchNorm):
    _ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    _ranks = (4,)


class BatchNorm3d(_BatchNorm):
    _ranks = (5,)


class SyncBatchNorm(_BatchNorm):
    def __init__(
        self, num_features: int, eps: float = 1e-5, momentum: Any = 0.1, affine: bool = True, track_running_stats: bool = True,
        process_group: Any = None, device: Any = None, dtype: Any = None,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype)
        self.process_group = process_group

    def _check_input_dim(self, input: Tensor) -> None:  # noqa: A002
        if input.dim() < 2:
            raise ValueError(f"expected at least 2D input (got {input.dim()}D input)")

    @classmethod
    def convert_sync_batchnorm(cls, module: Module, process_group: Any = None) -> Module:
        """The same tree with every batch norm replaced; parameters are shared with the old one."""
        made: Any = module
        if isinstance(module, _BatchNorm):
            made = cls(module.num_features, module.eps, module.momentum, module.affine, module.track_running_stats, process_group)
            made._parameters.update(module._parameters)
            made._buffers.update(module._buffers)
            made.training = module.training
        for name, child in module.named_children():
            made.add_module(name, cls.convert_sync_batchnorm(child, process_group))
        return made


class _InstanceNorm(_NormBase):
    _ranks: tuple = ()

    def __init__(
        self, num_features: int, eps: float = 1e-5, momentum: float = 0.1, affine: bool = False, track_running_stats: bool = False,
        device: Any = None, dtype: Any = None,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype)

    def _check_input_dim(self, input: Tensor) -> None:  # noqa: A002
        if len(input._shape) not in self._ranks:
            wanted = " or ".join(f"{rank}D" for rank in self._ranks)
            raise ValueError(f"expected {wanted} input (got {input.dim()}D input)")

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        self._check_input_dim(input)
        is_unbatched = len(input._shape) == self._ranks[0]
        channels = input._shape[0 if is_unbatched else 1]
        if channels != self.num_features and self.affine:
            raise ValueError(f"expected input's size at dim={0 if is_unbatched else 1} to match num_features ({self.num_features}), but got: {channels}.")
        result = F.instance_norm(
            input.unsqueeze(0) if is_unbatched else input, self.running_mean, self.running_var, self.weight, self.bias,
            self.training or not self.track_running_stats, self.momentum if self.momentum is not None else 0.0, self.eps,
        )
        return result.squeeze(0) if is_unbatched else result


class InstanceNorm1d(_InstanceNorm):
    _ranks = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    _ranks = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    _ranks = (4, 5)


class _LazyNorm(LazyModuleMixin):
    """Takes the channels of the first input."""

    def __init__(self, eps: float = 1e-5, momentum: Any = 0.1, affine: Any = None, track_running_stats: Any = None, device: Any = None, dtype: Any = None) -> None:
        is_batch = isinstance(self, _BatchNorm)
        affine = is_batch if affine is None else affine
        tracked = is_batch if track_running_stats is None else track_running_stats
        super().__init__(0, eps, momentum, False, False)
        self.affine = affine
        self.track_running_stats = tracked
        if affine:
            self.weight = UninitializedParameter(device=device, dtype=dtype)
            self.bias = UninitializedParameter(device=device, dtype=dtype)
        if tracked:
            self.running_mean = UninitializedBuffer(device=device, dtype=dtype)
            self.running_var = UninitializedBuffer(device=device, dtype=dtype)
            self.num_batches_tracked = fresh((), d.int64, value=[0])

    def initialize_parameters(self, input: Tensor) -> None:  # noqa: A002
        if not self.has_uninitialized_params():
            return
        is_instance = isinstance(self, _InstanceNorm)
        self.num_features = input._shape[0 if is_instance and len(input._shape) == self._ranks[0] else 1]
        for item in (self.weight, self.bias, self.running_mean, self.running_var):
            if item is not None:
                item.materialize((self.num_features,))


class LazyBatchNorm1d(_LazyNorm, BatchNorm1d):
    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(_LazyNorm, BatchNorm2d):
    cls_to_become = BatchNorm2d


class LazyBatchNorm3d(_LazyNorm, BatchNorm3d):
    cls_to_become = BatchNorm3d


class LazyInstanceNorm1d(_LazyNorm, InstanceNorm1d):
    cls_to_become = InstanceNorm1d


class LazyInstanceNorm2d(_LazyNorm, InstanceNorm2d):
    cls_to_become = InstanceNorm2d


class LazyInstanceNorm3d(_LazyNorm, InstanceNorm3d):
    cls_to_become = InstanceNorm3d


_LazyNormBase = _LazyNorm
