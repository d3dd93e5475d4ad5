"""Softmax over many classes by clusters (Grave et al. 2017, "Efficient softmax approximation for GPUs")."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from ..._ops.registry import functions
from ..._tensor import Tensor, fresh
from .. import functional as F  # noqa: N812
from .container import ModuleList, Sequential
from .linear import Linear
from .module import Module

_ASMoutput = namedtuple("_ASMoutput", ["output", "loss"])


class AdaptiveLogSoftmaxWithLoss(Module):
    def __init__(
        self, in_features: int, n_classes: int, cutoffs: Any, div_value: float = 4.0, head_bias: bool = False, device: Any = None, dtype: Any = None,
    ) -> None:
        super().__init__()
        cutoffs = list(cutoffs)
        if not cutoffs:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        if cutoffs != sorted(cutoffs) or min(cutoffs) <= 0 or max(cutoffs) > n_classes - 1 or len(set(cutoffs)) != len(cutoffs):
            raise ValueError("cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is between 1 and n_classes-1")
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = self.cutoffs[0]
        self.n_clusters = len(self.cutoffs) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        options = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, bias=head_bias, **options)
        self.tail = ModuleList()
        for index in range(self.n_clusters):
            width = int(in_features // (div_value ** (index + 1)))
            size = self.cutoffs[index + 1] - self.cutoffs[index]
            self.tail.append(Sequential(Linear(in_features, width, bias=False, **options), Linear(width, size, bias=False, **options)))

    def reset_parameters(self) -> None:
        """Weights have no contents to fill."""

    def forward(self, input_: Tensor, target_: Tensor) -> Any:
        """Every cluster is run for all rows, since which rows fall into which depends on the targets."""
        F.log_softmax(self.head(input_), dim=1 if input_.dim() == 2 else 0)
        for cluster in self.tail:
            F.log_softmax(cluster(input_), dim=-1)
        output = fresh(target_._shape, input_.dtype)
        return _ASMoutput(output, functions["mean"](functions["neg"](output)))

    def log_prob(self, input: Tensor) -> Tensor:  # noqa: A002
        head = F.log_softmax(self.head(input), dim=1)
        parts = [head[:, : self.shortlist_size]]
        for index, cluster in enumerate(self.tail):
            parts.append(F.log_softmax(cluster(input), dim=1) + head[:, self.shortlist_size + index].unsqueeze(1))
        return functions["cat"](parts, 1)

    def predict(self, input: Tensor) -> Tensor:  # noqa: A002
        return functions["argmax"](self.log_prob(input), dim=1)
