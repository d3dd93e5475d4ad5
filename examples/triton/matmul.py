"""A matrix product with tiles to choose from. Open it in the editor: every configuration and every line has its price."""

import torch
import triton
import triton.language as tl


# ridgepoint: M=4096, N=4096, K=4096, a=float16, b=float16
@triton.autotune(
    configs=[
        triton.Config({"TILE_M": 128, "TILE_N": 256, "TILE_K": 64}, num_warps=8, num_stages=3),
        triton.Config({"TILE_M": 128, "TILE_N": 128, "TILE_K": 64}, num_warps=8, num_stages=3),
        triton.Config({"TILE_M": 128, "TILE_N": 128, "TILE_K": 128}, num_warps=8, num_stages=4),
        triton.Config({"TILE_M": 256, "TILE_N": 256, "TILE_K": 32}, num_warps=4, num_stages=3),
        triton.Config({"TILE_M": 64, "TILE_N": 64, "TILE_K": 32}, num_warps=4, num_stages=4),
    ],
    key=["M", "N", "K"],
)
@triton.jit
def product(
    a, b, c, M, N, K,
    stride_am, stride_ak, stride_bk, stride_bn, stride_cm, stride_cn,
    TILE_M: tl.constexpr, TILE_N: tl.constexpr, TILE_K: tl.constexpr,
):  # fmt: skip
    program = tl.program_id(0)
    columns = tl.cdiv(N, TILE_N)
    row = program // columns
    column = program % columns
    at_m = row * TILE_M + tl.arange(0, TILE_M)
    at_n = column * TILE_N + tl.arange(0, TILE_N)
    at_k = tl.arange(0, TILE_K)
    left = a + at_m[:, None] * stride_am + at_k[None, :] * stride_ak
    right = b + at_k[:, None] * stride_bk + at_n[None, :] * stride_bn
    sums = tl.zeros((TILE_M, TILE_N), dtype=tl.float32)
    for k in range(0, K, TILE_K):
        one = tl.load(left, mask=at_k[None, :] < K - k, other=0.0)
        other = tl.load(right, mask=at_k[:, None] < K - k, other=0.0)
        sums = tl.dot(one, other, sums)
        left += TILE_K * stride_ak
        right += TILE_K * stride_bk
    to = c + at_m[:, None] * stride_cm + at_n[None, :] * stride_cn
    tl.store(to, sums.to(tl.float16), mask=(at_m[:, None] < M) & (at_n[None, :] < N))


def multiply(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    M, K = a.shape
    K, N = b.shape
    c = torch.empty((M, N), device=a.device, dtype=torch.float16)
    grid = lambda tiles: (triton.cdiv(M, tiles["TILE_M"]) * triton.cdiv(N, tiles["TILE_N"]),)
    product[grid](
        a, b, c, M, N, K,
        a.stride(0), a.stride(1), b.stride(0), b.stride(1), c.stride(0), c.stride(1),
    )  # fmt: skip
    return c
