"""Averages of models."""

from __future__ import annotations

import copy
from typing import Any

from ..nn.modules.module import Module
from .lr_scheduler import LRScheduler


class AveragedModel(Module):
    def __init__(self, model: Module, device: Any = None, avg_fn: Any = None, multi_avg_fn: Any = None, use_buffers: bool = False) -> None:
        super().__init__()
        self.module = copy.deepcopy(model)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        return None


class SWALR(LRScheduler):
    pass


def update_bn(loader: Any, model: Module, device: Any = None) -> None:
    return None


def get_ema_multi_avg_fn(decay: float = 0.999) -> Any:
    return lambda *args: None


get_ema_avg_fn = get_swa_avg_fn = get_swa_multi_avg_fn = get_ema_multi_avg_fn
