"""The optimisers by name; options as torch's documentation gives them."""

from __future__ import annotations

from typing import Any

from .optimizer import Optimizer


def _define(name: str, **defaults: Any) -> type:
    names = list(defaults)

    def start(self: Any, params: Any, *args: Any, **options: Any) -> None:
        given = {**dict(zip(names, args)), **options}
        rate = given.get("lr", defaults.get("lr"))
        if isinstance(rate, (int, float)) and rate < 0:
            raise ValueError(f"Invalid learning rate: {rate}")
        Optimizer.__init__(self, params, {**defaults, **given})

    return type(name, (Optimizer,), {"__init__": start, "__module__": "torch.optim"})


_ADAM = {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8}
Adam = _define("Adam", **_ADAM, weight_decay=0, amsgrad=False, foreach=None, maximize=False, capturable=False, differentiable=False, fused=None)
AdamW = _define("AdamW", **_ADAM, weight_decay=1e-2, amsgrad=False, maximize=False, foreach=None, capturable=False, differentiable=False, fused=None)
NAdam = _define("NAdam", lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=4e-3, decoupled_weight_decay=False)
RAdam = _define("RAdam", **_ADAM, weight_decay=0, decoupled_weight_decay=False)
Adamax = _define("Adamax", lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0)
SparseAdam = _define("SparseAdam", **_ADAM)
Adagrad = _define("Adagrad", lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10)
Adadelta = _define("Adadelta", lr=1.0, rho=0.9, eps=1e-6, weight_decay=0)
Adafactor = _define("Adafactor", lr=1e-2, beta2_decay=-0.8, eps=(None, 1e-3), d=1.0, weight_decay=0.0)
SGD = _define("SGD", lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, maximize=False, foreach=None, differentiable=False, fused=None)
RMSprop = _define("RMSprop", lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False)
Rprop = _define("Rprop", lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50))
ASGD = _define("ASGD", lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay=0)
LBFGS = _define("LBFGS", lr=1, max_iter=20, max_eval=None, tolerance_grad=1e-7, tolerance_change=1e-9, history_size=100, line_search_fn=None)
Muon = _define("Muon", lr=1e-3, weight_decay=0.1, momentum=0.95, nesterov=True)


def _nothing(*args: Any, **options: Any) -> None:
    return None


adam = adamw = sgd = rmsprop = nadam = radam = adagrad = adamax = adadelta = _nothing
