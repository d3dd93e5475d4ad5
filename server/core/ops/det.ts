import { productOf } from "../base/product.js";
import { isKnown } from "../graph/dim.js";
import { inferLikeFirst, output, ruleOfTable, shapeOfRank } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";

export const rule = ruleOfTable({
  Det: { infer: inferDet, work: (ctx) => eliminationWork(ctx, 1 / 3) },
  // Elimination and substitution of n right sides (Golub and Van Loan, Matrix Computations, section 3.2).
  "com.microsoft:Inverse": { infer: inferLikeFirst, work: (ctx) => eliminationWork(ctx, 1) },
});

function inferDet(ctx: InferContext): readonly Inferred[] {
  const shape = shapeOfRank(ctx, 0, { low: 2, high: 99 }, "the input");
  const rows = shape?.at(-2);
  const columns = shape?.at(-1);
  if (rows !== undefined && columns !== undefined && isKnown(rows) && isKnown(columns))
    if (rows !== columns) ctx.error(`a matrix is ${rows} × ${columns}; it should be square.`);
  return [output(ctx.elementType(0), shape?.slice(0, -2))];
}

/** LU elimination takes n³/3 MACs, the inverse n³. */
function eliminationWork(ctx: WorkContext, share: number): Work | undefined {
  const dims = ctx.dims(0);
  if (dims === undefined || dims.length < 2) return undefined;
  const size = dims.at(-1) ?? 1;
  const batch = productOf(dims.slice(0, -2));
  return {
    macs: Math.round(batch * size ** 3 * share),
    otherFlops: 0,
    kernel: { kind: "matmul", batch, m: size, n: size, k: size, hasConstantRight: false },
  };
}
