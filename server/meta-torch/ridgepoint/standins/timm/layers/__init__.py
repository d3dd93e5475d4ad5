"""Layers under the names of timm, whose parameters files of weights know them by."""

from __future__ import annotations

import collections.abc
from itertools import repeat
from typing import Any, Callable

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.init import trunc_normal_

from ridgepoint.opaque import lacking


def _ntuple(count: int) -> Callable:
    def parse(value: Any) -> tuple:
        if isinstance(value, collections.abc.Iterable) and not isinstance(value, str):
            return tuple(value)
        return tuple(repeat(value, count))

    return parse


to_1tuple, to_2tuple, to_3tuple, to_4tuple = (_ntuple(count) for count in (1, 2, 3, 4))
to_ntuple = _ntuple
trunc_normal_tf_ = trunc_normal_


def variance_scaling_(tensor: Any, scale: float = 1.0, mode: str = "fan_in", distribution: str = "normal") -> Any:
    return tensor


def lecun_normal_(tensor: Any) -> Any:
    return tensor


def make_divisible(v: float, divisor: int = 8, min_value: int | None = None, round_limit: float = 0.9) -> int:
    """The nearest multiple, and never much less than what was asked for."""
    nearest = max(min_value or divisor, int(v + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < round_limit * v else nearest


def drop_path(x: Any, drop_prob: float = 0.0, training: bool = False, scale_by_keep: bool = True) -> Any:
    """Nothing is dropped while a model is used."""
    return x


class DropPath(nn.Module):
    def __init__(self, drop_prob: float = 0.0, scale_by_keep: bool = True) -> None:
        super().__init__()
        self.drop_prob = drop_prob
        self.scale_by_keep = scale_by_keep

    def forward(self, x: Any) -> Any:
        return x


class LayerNorm2d(nn.LayerNorm):
    """Over the channels of images."""

    def __init__(self, num_channels: int, eps: float = 1e-6, affine: bool = True) -> None:
        super().__init__(num_channels, eps=eps, elementwise_affine=affine)

    def forward(self, x: Any) -> Any:
        x = x.permute(0, 2, 3, 1)
        return F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps).permute(0, 3, 1, 2)


class LayerScale(nn.Module):
    def __init__(self, dim: int, init_values: float = 1e-5, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace
        self.gamma = nn.Parameter(init_values * torch.ones(dim))

    def forward(self, x: Any) -> Any:
        return x.mul_(self.gamma) if self.inplace else x * self.gamma


class Mlp(nn.Module):
    def __init__(
        self, in_features: int, hidden_features: int | None = None, out_features: int | None = None, act_layer: Any = nn.GELU,
        norm_layer: Any = None, bias: Any = True, drop: Any = 0.0, use_conv: bool = False,
    ) -> None:
        super().__init__()
        hidden, out = hidden_features or in_features, out_features or in_features
        biases, drops = to_2tuple(bias), to_2tuple(drop)

        def linear(into: int, of: int, has_bias: bool) -> Any:
            return nn.Conv2d(into, of, kernel_size=1, bias=has_bias) if use_conv else nn.Linear(into, of, bias=has_bias)

        self.fc1 = linear(in_features, hidden, biases[0])
        self.act = act_layer()
        self.drop1 = nn.Dropout(drops[0])
        self.norm = nn.Identity() if norm_layer is None else norm_layer(hidden)
        self.fc2 = linear(hidden, out, biases[1])
        self.drop2 = nn.Dropout(drops[1])

    def forward(self, x: Any) -> Any:
        return self.drop2(self.fc2(self.norm(self.drop1(self.act(self.fc1(x))))))


class PatchEmbed(nn.Module):
    """An image as a sequence of patches."""

    def __init__(
        self, img_size: Any = 224, patch_size: Any = 16, in_chans: int = 3, embed_dim: int = 768, norm_layer: Any = None,
        flatten: bool = True, output_fmt: Any = None, bias: bool = True, strict_img_size: bool = True, dynamic_img_pad: bool = False,
    ) -> None:
        super().__init__()
        self.img_size = None if img_size is None else to_2tuple(img_size)
        self.patch_size = to_2tuple(patch_size)
        self.flatten = flatten
        self.strict_img_size = strict_img_size
        self.grid_size = None if img_size is None else tuple(size // patch for size, patch in zip(self.img_size, self.patch_size))
        self.num_patches = None if img_size is None else self.grid_size[0] * self.grid_size[1]
        self.proj = nn.Conv2d(in_chans, embed_dim, kernel_size=self.patch_size, stride=self.patch_size, bias=bias)
        self.norm = norm_layer(embed_dim) if norm_layer else nn.Identity()

    def forward(self, x: Any) -> Any:
        height, width = x.shape[-2:]
        if self.img_size is not None and self.strict_img_size:
            assert (height, width) == self.img_size, f"Input size ({height}*{width}) does not fit the model's ({self.img_size[0]}*{self.img_size[1]})."
        x = self.proj(x)
        if self.flatten:
            x = x.flatten(2).transpose(1, 2)
        return self.norm(x)


class Attention(nn.Module):
    def __init__(
        self, dim: int, num_heads: int = 8, qkv_bias: bool = False, qk_norm: bool = False, proj_bias: bool = True, attn_drop: float = 0.0,
        proj_drop: float = 0.0, norm_layer: Any = nn.LayerNorm, **older: Any,
    ) -> None:
        super().__init__()
        assert dim % num_heads == 0, "dim should be divisible by num_heads"
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.scale = self.head_dim**-0.5
        self.fused_attn = True
        self.qkv = nn.Linear(dim, dim * 3, bias=qkv_bias)
        self.q_norm = norm_layer(self.head_dim) if qk_norm else nn.Identity()
        self.k_norm = norm_layer(self.head_dim) if qk_norm else nn.Identity()
        self.attn_drop = nn.Dropout(attn_drop)
        self.proj = nn.Linear(dim, dim, bias=proj_bias)
        self.proj_drop = nn.Dropout(proj_drop)

    def forward(self, x: Any, attn_mask: Any = None) -> Any:
        batch, count, channels = x.shape
        q, k, v = self.qkv(x).reshape(batch, count, 3, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4).unbind(0)
        x = F.scaled_dot_product_attention(self.q_norm(q), self.k_norm(k), v, attn_mask=attn_mask)
        return self.proj_drop(self.proj(x.transpose(1, 2).reshape(batch, count, channels)))

__getattr__ = lacking(__name__)
