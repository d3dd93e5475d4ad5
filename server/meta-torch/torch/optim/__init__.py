"""Optimisers: they take parameters and options, and steps do nothing."""

from . import lr_scheduler, optimizer, swa_utils  # noqa: F401
from .algorithms import (  # noqa: F401
    ASGD, LBFGS, SGD, Adadelta, Adafactor, Adagrad, Adam, Adamax, AdamW, Muon, NAdam, RAdam, RMSprop, Rprop, SparseAdam,
)
from .optimizer import Optimizer  # noqa: F401


def __getattr__(name: str):  # type: ignore[no-untyped-def]
    if name in ("adam", "adamw", "sgd", "rmsprop", "_functional", "_multi_tensor", "nadam", "radam", "adagrad", "adamax", "adadelta", "lbfgs"):
        from . import algorithms

        return algorithms
    raise AttributeError(f"module 'torch.optim' has no attribute '{name}'")
