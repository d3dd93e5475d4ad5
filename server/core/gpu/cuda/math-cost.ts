import type { CppNode } from "../../hls/cpp-tree.js";
import type { Machine } from "./machine.js";
import type { Value } from "./value.js";
import { isFloating } from "./c-type.js";

/**
 * What functions and divisions compile to, in instructions a warp: of its type's own pipe (multiply-adds, with their flops counted as
 * one each) and of the special function unit. Assumed, after what nvcc is known to make of each without fast-math, and compared with no
 * compiled code; that the `__` ones are one or two instructions the CUDA C++ Programming Guide says. Longer paths for rare arguments are not
 * counted.
 */
export interface FunctionCost {
  readonly plain: number;
  readonly special: number;
}

const costs: Readonly<Record<string, FunctionCost>> = {
  __expf: { plain: 1, special: 1 },
  exp2f: { plain: 2, special: 1 },
  expf: { plain: 4, special: 1 },
  exp: { plain: 4, special: 1 },
  hexp: { plain: 2, special: 1 },
  h2exp: { plain: 4, special: 2 },
  expm1f: { plain: 10, special: 1 },
  __logf: { plain: 1, special: 1 },
  __log2f: { plain: 0, special: 1 },
  logf: { plain: 9, special: 1 },
  log: { plain: 9, special: 1 },
  log2f: { plain: 6, special: 1 },
  log1pf: { plain: 12, special: 1 },
  __sinf: { plain: 1, special: 1 },
  __cosf: { plain: 1, special: 1 },
  sinf: { plain: 16, special: 0 },
  cosf: { plain: 16, special: 0 },
  sin: { plain: 16, special: 0 },
  cos: { plain: 16, special: 0 },
  sincosf: { plain: 24, special: 0 },
  tanhf: { plain: 8, special: 2 },
  tanh: { plain: 8, special: 2 },
  erff: { plain: 14, special: 1 },
  erf: { plain: 14, special: 1 },
  erfcf: { plain: 20, special: 1 },
  powf: { plain: 24, special: 2 },
  pow: { plain: 24, special: 2 },
  __powf: { plain: 1, special: 2 },
  sqrtf: { plain: 6, special: 1 },
  sqrt: { plain: 6, special: 1 },
  __fsqrt_rn: { plain: 6, special: 1 },
  rsqrtf: { plain: 1, special: 1 },
  rsqrt: { plain: 1, special: 1 },
  __frsqrt_rn: { plain: 1, special: 1 },
  __frcp_rn: { plain: 4, special: 1 },
  hrcp: { plain: 1, special: 1 },
  hrsqrt: { plain: 1, special: 1 },
  hsqrt: { plain: 2, special: 1 },
  __fdividef: { plain: 1, special: 1 },
  __fdiv_rn: { plain: 8, special: 1 },
  fmaf: { plain: 1, special: 0 },
  fmodf: { plain: 20, special: 1 },
  atan2f: { plain: 24, special: 1 },
  atanf: { plain: 14, special: 1 },
  acosf: { plain: 16, special: 1 },
  asinf: { plain: 16, special: 1 },
  cbrtf: { plain: 12, special: 2 },
};

/** `std::exp`, `expf`, `__expf`; undefined for functions that are none of mathematics. */
export function mathCost(name: string): FunctionCost | undefined {
  return costs[name] ?? costs[`${name}f`];
}

/** One instruction each on the integer or float pipe. */
export const simpleFunctions: ReadonlySet<string> = new Set([
  "min",
  "max",
  "fmin",
  "fmax",
  "fminf",
  "fmaxf",
  "abs",
  "fabs",
  "fabsf",
  "floorf",
  "ceilf",
  "roundf",
  "rintf",
  "truncf",
  "floor",
  "ceil",
  "umin",
  "umax",
  "__clz",
  "__popc",
  "__ffs",
  "__brev",
  "__byte_perm",
  "copysignf",
  "isnan",
  "isinf",
  "__mul24",
  "__umul24",
  "__mulhi",
  "__umulhi",
  "__sad",
  "__hmax",
  "__hmin",
  "__hmax2",
  "__hmin2",
  "__saturatef",
  "__vadd4",
  "__dp4a",
  "__funnelshift_r",
  "__funnelshift_l",
]);

/** A division of floats is a reciprocal and steps towards it; one of integers by what is no constant goes through floats. */
export function countDivision(m: Machine, node: CppNode, left: Value, right: Value): void {
  const isFloat = isFloating(left.type) || isFloating(right.type);
  if (isFloat) {
    const isDouble = left.type.base === "float64" || right.type.base === "float64";
    m.arithmetic(node, isDouble ? "float64" : "float32", { count: 8, flops: 4 });
    m.arithmetic(node, "special");
    return;
  }
  if (right.isConstant === true || typeof left.lanes === "number") return;
  m.note("integer division", node);
  m.arithmetic(node, "int32", { count: 20 });
}
