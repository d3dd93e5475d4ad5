"""The vision transformer and its block, which many projects derive from."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import nn

from ridgepoint.opaque import lacking

from ..layers import Attention, DropPath, LayerScale, Mlp, PatchEmbed, trunc_normal_


def _cfg(url: str = "", **options: Any) -> dict:
    return {"url": url, "num_classes": 1000, "input_size": (3, 224, 224), "pool_size": None, "crop_pct": 0.9, **options}


class Block(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, mlp_ratio: float = 4.0, qkv_bias: bool = False, qk_norm: bool = False, proj_drop: float = 0.0,
        attn_drop: float = 0.0, init_values: float | None = None, drop_path: float = 0.0, act_layer: Any = nn.GELU,
        norm_layer: Any = nn.LayerNorm, mlp_layer: Any = Mlp, *, proj_bias: bool = True, **older: Any,
    ) -> None:
        super().__init__()
        drop = older.get("drop", proj_drop)
        scale = partial(LayerScale, dim, init_values=init_values) if init_values else nn.Identity
        # Older versions have `qk_scale` where newer ones have `qk_norm`, always by name.
        self.norm1 = norm_layer(dim)
        self.attn = Attention(
            dim, num_heads, qkv_bias=qkv_bias, qk_norm=bool(qk_norm), proj_bias=proj_bias, attn_drop=attn_drop, proj_drop=drop,
            norm_layer=norm_layer,
        )
        self.ls1 = scale()
        self.drop_path1 = self.drop_path = DropPath(drop_path) if drop_path else nn.Identity()
        self.norm2 = norm_layer(dim)
        self.mlp = mlp_layer(in_features=dim, hidden_features=int(dim * mlp_ratio), act_layer=act_layer, drop=drop)
        self.ls2 = scale()
        self.drop_path2 = DropPath(drop_path) if drop_path else nn.Identity()

    def forward(self, x: Any, *args: Any) -> Any:
        x = x + self.drop_path1(self.ls1(self.attn(self.norm1(x))))
        return x + self.drop_path2(self.ls2(self.mlp(self.norm2(x))))


class VisionTransformer(nn.Module):
    def __init__(
        self, img_size: Any = 224, patch_size: Any = 16, in_chans: int = 3, num_classes: int = 1000, global_pool: Any = "token",
        embed_dim: int = 768, depth: int = 12, num_heads: int = 12, mlp_ratio: float = 4.0, qkv_bias: bool = True, qk_norm: bool = False,
        init_values: float | None = None, class_token: bool = True, drop_rate: float = 0.0, attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.0, embed_layer: Any = PatchEmbed, norm_layer: Any = None, act_layer: Any = None, block_fn: Any = Block,
        **older: Any,
    ) -> None:
        super().__init__()
        norm = norm_layer or partial(nn.LayerNorm, eps=1e-6)
        self.num_classes = num_classes
        self.global_pool = global_pool
        self.num_features = self.embed_dim = embed_dim
        self.num_prefix_tokens = 1 if class_token else 0
        self.patch_embed = embed_layer(img_size=img_size, patch_size=patch_size, in_chans=in_chans, embed_dim=embed_dim)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, embed_dim)) if class_token else None
        length = self.patch_embed.num_patches + self.num_prefix_tokens
        self.pos_embed = nn.Parameter(torch.randn(1, length, embed_dim) * 0.02)
        self.pos_drop = nn.Dropout(drop_rate)
        self.blocks = nn.Sequential(*[
            block_fn(
                dim=embed_dim, num_heads=num_heads, mlp_ratio=mlp_ratio, qkv_bias=qkv_bias, qk_norm=qk_norm, init_values=init_values,
                attn_drop=attn_drop_rate, drop_path=drop_path_rate * index / max(depth - 1, 1), norm_layer=norm,
                act_layer=act_layer or nn.GELU,
            )
            for index in range(depth)
        ])  # fmt: skip
        self.norm = norm(embed_dim)
        self.head = nn.Linear(embed_dim, num_classes) if num_classes > 0 else nn.Identity()

    def forward_features(self, x: Any) -> Any:
        x = self.patch_embed(x)
        if self.cls_token is not None:
            x = torch.cat((self.cls_token.expand(x.shape[0], -1, -1), x), dim=1)
        return self.norm(self.blocks(self.pos_drop(x + self.pos_embed)))

    def forward_head(self, x: Any, pre_logits: bool = False) -> Any:
        if x.ndim == 3:
            x = x[:, self.num_prefix_tokens :].mean(dim=1) if self.global_pool == "avg" else x[:, 0]
        return x if pre_logits else self.head(x)

    def forward(self, x: Any) -> Any:
        # Derived classes of older versions pool in `forward_features`.
        return self.forward_head(self.forward_features(x))

__getattr__ = lacking(__name__)
