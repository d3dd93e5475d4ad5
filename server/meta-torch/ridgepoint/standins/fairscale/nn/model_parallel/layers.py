"""Layers whose weights are split among devices; on one they are the plain ones."""

from __future__ import annotations

from typing import Any

from torch import nn


class ColumnParallelLinear(nn.Linear):
    def __init__(self, in_features: int, out_features: int, bias: bool = True, gather_output: bool = True, init_method: Any = None, **options: Any) -> None:
        super().__init__(in_features, out_features, bias=bias)


class RowParallelLinear(nn.Linear):
    def __init__(self, in_features: int, out_features: int, bias: bool = True, input_is_parallel: bool = False, init_method: Any = None, **options: Any) -> None:
        super().__init__(in_features, out_features, bias=bias)


class ParallelEmbedding(nn.Embedding):
    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: Any = None, *norms: Any, init_method: Any = None, **options: Any) -> None:
        super().__init__(num_embeddings, embedding_dim, padding_idx)


class VocabParallelEmbedding(ParallelEmbedding):
    pass
