"""Schedules of learning rates: they take an optimiser and options, and steps do nothing."""

from __future__ import annotations

from typing import Any


class LRScheduler:
    def __init__(self, optimizer: Any, *args: Any, last_epoch: int = -1, **options: Any) -> None:
        self.optimizer = optimizer
        self.last_epoch = max(last_epoch, 0)
        self.base_lrs = [group.get("initial_lr", group.get("lr")) for group in getattr(optimizer, "param_groups", [])]
        for group in getattr(optimizer, "param_groups", []):
            group.setdefault("initial_lr", group.get("lr"))

    def step(self, *args: Any, **options: Any) -> None:
        self.last_epoch += 1

    def get_last_lr(self) -> list:
        return list(self.base_lrs)

    def get_lr(self) -> list:
        return list(self.base_lrs)

    def state_dict(self) -> dict:
        return {}

    def load_state_dict(self, state_dict: dict) -> None:
        return None

    def print_lr(self, *args: Any) -> None:
        return None


_LRScheduler = LRScheduler
_NAMES = (
    "LambdaLR", "MultiplicativeLR", "StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR", "SequentialLR",
    "CosineAnnealingLR", "ChainedScheduler", "ReduceLROnPlateau", "CyclicLR", "CosineAnnealingWarmRestarts", "OneCycleLR", "PolynomialLR",
)
for _name in _NAMES:
    globals()[_name] = type(_name, (LRScheduler,), {"__module__": __name__})
