"""Attention over blocks of keys with a running softmax, for queries in groups that share their keys."""

import torch
import triton
import triton.language as tl


@triton.jit
def scores(queries, keys, scale, at_q, at_k, length, CAUSAL: tl.constexpr):
    found = tl.dot(queries, tl.trans(keys)) * scale
    found = tl.where(at_k[None, :] < length, found, float("-inf"))
    if CAUSAL:
        found = tl.where(at_q[:, None] >= at_k[None, :], found, float("-inf"))
    return found


# ridgepoint: q=float16[1,32,4096,128], k=float16[1,8,4096,128], v=float16[1,8,4096,128]
@triton.jit
def attend(
    q, k, v, out, scale, length,
    stride_qh, stride_qm, stride_kh, stride_kn, stride_vh, stride_vn, stride_oh, stride_om,
    SHARED: tl.constexpr, WIDTH: tl.constexpr, TILE_M: tl.constexpr, TILE_N: tl.constexpr,
    CAUSAL: tl.constexpr,
):  # fmt: skip
    block = tl.program_id(0)
    head = tl.program_id(1)
    at_m = block * TILE_M + tl.arange(0, TILE_M)
    at_d = tl.arange(0, WIDTH)
    queries = tl.load(
        q + head * stride_qh + at_m[:, None] * stride_qm + at_d[None, :],
        mask=at_m[:, None] < length,
        other=0.0,
    )
    most = tl.full((TILE_M,), float("-inf"), dtype=tl.float32)
    total = tl.zeros((TILE_M,), dtype=tl.float32)
    sums = tl.zeros((TILE_M, WIDTH), dtype=tl.float32)
    end = tl.minimum((block + 1) * TILE_M, length) if CAUSAL else length
    for start in range(0, end, TILE_N):
        at_n = start + tl.arange(0, TILE_N)
        inside = at_n[:, None] < length
        key_at = k + (head // SHARED) * stride_kh + at_n[:, None] * stride_kn + at_d[None, :]
        keys = tl.load(key_at, mask=inside, other=0.0)
        value_at = v + (head // SHARED) * stride_vh + at_n[:, None] * stride_vn + at_d[None, :]
        values = tl.load(value_at, mask=inside, other=0.0)
        found = scores(queries, keys, scale, at_m, at_n, length, CAUSAL)
        new_most = tl.maximum(most, tl.max(found, 1))
        weights = tl.exp(found - new_most[:, None])
        shrink = tl.exp(most - new_most)
        total = total * shrink + tl.sum(weights, 1)
        sums = sums * shrink[:, None] + tl.dot(weights.to(tl.float16), values)
        most = new_most
    sums = sums / total[:, None]
    to = out + head * stride_oh + at_m[:, None] * stride_om + at_d[None, :]
    tl.store(to, sums.to(tl.float16), mask=at_m[:, None] < length)


def attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    batch, heads, length, width = q.shape
    out = torch.empty_like(q)
    attend[(triton.cdiv(length, 128), batch * heads)](
        q, k, v, out, width**-0.5, length,
        q.stride(1), q.stride(2), k.stride(1), k.stride(2),
        v.stride(1), v.stride(2), out.stride(1), out.stride(2),
        SHARED=heads // k.shape[1], WIDTH=width, TILE_M=128, TILE_N=64, CAUSAL=True,
        num_warps=8, num_stages=2,
    )  # fmt: skip
    return out
