"""Attention with programmable masks: costed as attention; what the mask leaves out depends on the program."""

from __future__ import annotations

from typing import Any

from .. import functional as F  # noqa: N812
from ..._ops.registry import make
from ..._tensor import Tensor

_DEFAULT_SPARSE_BLOCK_SIZE = 128
_score_mod_signature = _mask_mod_signature = Any


class BlockMask:
    """Which blocks of the scores are kept; all of them, as far as shapes tell."""

    def __init__(self, *args: Any, seq_lengths: Any = None, BLOCK_SIZE: Any = 128, mask_mod: Any = None, **options: Any) -> None:  # noqa: N803
        self.seq_lengths = seq_lengths
        self.BLOCK_SIZE = BLOCK_SIZE
        self.mask_mod = mask_mod
        self.shape = (1, 1, *(seq_lengths or (0, 0)))

    @classmethod
    def from_kv_blocks(cls, *args: Any, **options: Any) -> BlockMask:
        return cls(*args, **options)

    def sparsity(self) -> float:
        return 0.0

    def to(self, *args: Any, **options: Any) -> BlockMask:
        return self

    def __getitem__(self, index: Any) -> BlockMask:
        return self


def create_block_mask(mask_mod: Any, B: Any, H: Any, Q_LEN: int, KV_LEN: int, device: Any = "cuda", BLOCK_SIZE: Any = 128, _compile: bool = False) -> BlockMask:  # noqa: N803
    return BlockMask(seq_lengths=(Q_LEN, KV_LEN), BLOCK_SIZE=BLOCK_SIZE, mask_mod=mask_mod)


def create_mask(mod_fn: Any, B: Any, H: Any, Q_LEN: int, KV_LEN: int, device: Any = "cuda") -> Tensor:  # noqa: N803
    from ..._meta.dtype import bool_
    from ..._tensor import fresh

    return fresh((B or 1, H or 1, Q_LEN, KV_LEN), bool_)


def flex_attention(
    query: Tensor, key: Tensor, value: Tensor, score_mod: Any = None, block_mask: Any = None, scale: Any = None, enable_gqa: bool = False,
    return_lse: bool = False, kernel_options: Any = None, **options: Any,
) -> Any:
    output = F.scaled_dot_product_attention(query, key, value, scale=scale, enable_gqa=enable_gqa)
    if not return_lse:
        return output
    return output, make("logsumexp", query._shape[:-1], query.dtype, (query,), {})


def and_masks(*mask_mods: Any) -> Any:
    return lambda b, h, q, kv: all(mod(b, h, q, kv) for mod in mask_mods)


def or_masks(*mask_mods: Any) -> Any:
    return lambda b, h, q, kv: any(mod(b, h, q, kv) for mod in mask_mods)


def noop_mask(b: Any, h: Any, q: Any, kv: Any) -> bool:
    return True


AuxOutput = AuxRequest = type("AuxRequest", (), {})
