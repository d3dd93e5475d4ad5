/** A product of float16 matrices with one configuration, as people write it. */
export function matmulText(tiles: {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly warps: number;
  readonly stages: number;
}): string {
  const { m, n, k, warps, stages } = tiles;
  return `import triton
import triton.language as tl

# ridgepoint: M=4096, N=4096, K=4096, a=float16, b=float16, c=float16
@triton.autotune(configs=[triton.Config({"BM": ${m}, "BN": ${n}, "BK": ${k}}, num_warps=${warps}, num_stages=${stages})], key=["M"])
@triton.jit
def product(a, b, c, M, N, K, stride_am, stride_ak, stride_bk, stride_bn, stride_cm, stride_cn,
            BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr):
    pid = tl.program_id(0)
    columns = tl.cdiv(N, BN)
    row = pid // columns
    column = pid % columns
    at_m = row * BM + tl.arange(0, BM)
    at_n = column * BN + tl.arange(0, BN)
    at_k = tl.arange(0, BK)
    left = a + at_m[:, None] * stride_am + at_k[None, :] * stride_ak
    right = b + at_k[:, None] * stride_bk + at_n[None, :] * stride_bn
    sums = tl.zeros((BM, BN), dtype=tl.float32)
    for k in range(0, K, BK):
        one = tl.load(left, mask=at_k[None, :] < K - k, other=0.0)
        other = tl.load(right, mask=at_k[:, None] < K - k, other=0.0)
        sums = tl.dot(one, other, sums)
        left += BK * stride_ak
        right += BK * stride_bk
    to = c + at_m[:, None] * stride_cm + at_n[None, :] * stride_cn
    tl.store(to, sums.to(tl.float16), mask=(at_m[:, None] < M) & (at_n[None, :] < N))

def multiply(a, b, c, M, N, K):
    product[lambda t: (triton.cdiv(M, t["BM"]) * triton.cdiv(N, t["BN"]),)](
        a, b, c, M, N, K, a.stride(0), a.stride(1), b.stride(0), b.stride(1), c.stride(0), c.stride(1))
`;
}

/** Causal attention of 4,096 queries a head, 128 at a time, heads of 128. */
export function attentionText({
  n,
  stages,
}: {
  readonly n: number;
  readonly stages: number;
}): string {
  return `import triton
import triton.language as tl

@triton.jit
def attend(q, k, v, out, scale, length, stride_h, stride_m,
           WIDTH: tl.constexpr, BM: tl.constexpr, BN: tl.constexpr):
    # ridgepoint: length=4096, q=float16, k=float16, v=float16, out=float16
    block = tl.program_id(0)
    head = tl.program_id(1)
    at_m = block * BM + tl.arange(0, BM)
    at_d = tl.arange(0, WIDTH)
    queries = tl.load(q + head * stride_h + at_m[:, None] * stride_m + at_d[None, :])
    most = tl.full((BM,), float("-inf"), dtype=tl.float32)
    total = tl.zeros((BM,), dtype=tl.float32)
    sums = tl.zeros((BM, WIDTH), dtype=tl.float32)
    for start in range(0, min((block + 1) * BM, length), BN):
        at_n = start + tl.arange(0, BN)
        keys = tl.load(k + head * stride_h + at_n[:, None] * stride_m + at_d[None, :])
        values = tl.load(v + head * stride_h + at_n[:, None] * stride_m + at_d[None, :])
        found = tl.dot(queries, tl.trans(keys)) * scale
        found = tl.where(at_m[:, None] >= at_n[None, :], found, float("-inf"))
        new_most = tl.maximum(most, tl.max(found, 1))
        weights = tl.exp(found - new_most[:, None])
        shrink = tl.exp(most - new_most)
        total = total * shrink + tl.sum(weights, 1)
        sums = sums * shrink[:, None] + tl.dot(weights.to(tl.float16), values)
        most = new_most
    sums = sums / total[:, None]
    tl.store(out + head * stride_h + at_m[:, None] * stride_m + at_d[None, :], sums.to(tl.float16))

def attention(q, k, v, out, scale, length):
    attend[(triton.cdiv(length, 128), 32)](q, k, v, out, scale, length, q.stride(1), q.stride(2),
        WIDTH=128, BM=128, BN=${n}, num_warps=8, num_stages=${stages})
`;
}
