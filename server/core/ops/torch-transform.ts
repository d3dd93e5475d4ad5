import { productOf } from "../base/product.js";
import type { OpRule, Work, WorkContext } from "./rule.js";
import { each, torchRule } from "./torch-rule.js";

const lines = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"];
const planes = lines.flatMap((name) => [`${name}2`, `${name}n`]);

/** Fourier transforms and linear algebra. */
export const rule: OpRule = torchRule({
  ...each(
    lines.map((name) => `fft_${name}`),
    (ctx) => transformWork(ctx, 1),
  ),
  ...each(
    planes.map((name) => `fft_${name}`),
    (ctx) => transformWork(ctx, ctx.ints("dim")?.length ?? 2),
  ),
  ...each(["stft", "istft"], (ctx) => transformWork(ctx, 1, ctx.int("n_fft"))),
  ...each(["fft_fftshift", "fft_ifftshift"], (ctx) => {
    const elements = ctx.outputElements(0);
    return elements === undefined
      ? undefined
      : { macs: 0, otherFlops: 0, kernel: { kind: "movement", elements } };
  }),
  // Multiply-accumulates for an n × n matrix as in Golub and Van Loan, Matrix Computations (4th edition), sections 3.2,
  // 4.2, 5.2, 7.5, 8.3 and 8.6, halved from their flops.
  ...factorizations({
    cholesky: 1 / 6,
    linalg_cholesky: 1 / 6,
    linalg_cholesky_ex: 1 / 6,
    linalg_ldl_factor: 1 / 6,
    cholesky_inverse: 1 / 3,
    cholesky_solve: 1,
    lu: 1 / 3,
    linalg_lu: 1 / 3,
    linalg_lu_factor: 1 / 3,
    det: 1 / 3,
    logdet: 1 / 3,
    slogdet: 1 / 3,
    linalg_det: 1 / 3,
    linalg_slogdet: 1 / 3,
    linalg_solve: 1 / 3,
    linalg_tensorsolve: 1 / 3,
    linalg_solve_triangular: 1 / 2,
    triangular_solve: 1 / 2,
    inverse: 1,
    linalg_inv: 1,
    linalg_inv_ex: 1,
    linalg_tensorinv: 1,
    qr: 4 / 3,
    linalg_qr: 4 / 3,
    geqrf: 2 / 3,
    orgqr: 2 / 3,
    linalg_householder_product: 2 / 3,
    linalg_lstsq: 4 / 3,
    linalg_eigvalsh: 2 / 3,
    linalg_eigh: 9 / 2,
    linalg_eigvals: 5,
    linalg_eig: 25 / 2,
    linalg_svdvals: 4 / 3,
    svd: 21 / 2,
    svd_lowrank: 21 / 2,
    pca_lowrank: 21 / 2,
    linalg_svd: 21 / 2,
    linalg_pinv: 21 / 2,
    pinverse: 21 / 2,
    linalg_matrix_rank: 4 / 3,
    linalg_cond: 4 / 3,
    lu_solve: 1,
    linalg_lu_info: 1 / 3,
    linalg_solve_info: 1 / 3,
    ormqr: 1,
    orthogonal: 8,
    matrix_exp: 8,
    linalg_matrix_exp: 8,
    linalg_multi_dot: 1,
    matrix_power: 1,
    linalg_matrix_power: 1,
    linalg_matrix_norm: 0,
    linalg_vander: 0,
    vander: 0,
  }),
});

/** 5 n log₂ n operations for a complex transform of n points (Van Loan, Computational Frameworks for the FFT, 1.4). */
function transformWork(ctx: WorkContext, axisCount: number, length?: number): Work | undefined {
  const input = ctx.dims(0);
  const output = ctx.outputDims(0);
  if (input === undefined || output === undefined) return undefined;
  const inputElements = productOf(input);
  const outputElements = productOf(output);
  const elements = Math.max(inputElements, outputElements);
  const points =
    length ??
    ctx.int("n") ??
    (axisCount <= 1 ? (input.at(ctx.int("dim", -1)) ?? 1) : productOf(input.slice(-axisCount)));
  const columns = Math.max(1, points);
  return {
    macs: 0,
    otherFlops: Math.round(5 * elements * Math.log2(Math.max(2, columns))),
    kernel: { kind: "transform", rows: Math.max(1, elements / columns), columns },
  };
}

function factorizations(
  shares: Readonly<Record<string, number>>,
): Readonly<Record<string, OpRule["work"]>> {
  return Object.fromEntries(
    Object.entries(shares).map(([name, share]) => [
      name,
      (ctx: WorkContext) => factorizationWork(ctx, share),
    ]),
  );
}

/** Of matrices [m, n]: share × m × n × min(m, n). */
function factorizationWork(ctx: WorkContext, share: number): Work | undefined {
  const dims = ctx.dims(0);
  if (dims === undefined) return undefined;
  const rows = dims.at(-2) ?? 1;
  const columns = dims.at(-1) ?? 1;
  const batch = productOf(dims.slice(0, -2));
  return {
    macs: Math.round(share * batch * rows * columns * Math.min(rows, columns)),
    otherFlops: 0,
    kernel: { kind: "transform", rows: batch * rows, columns },
  };
}
