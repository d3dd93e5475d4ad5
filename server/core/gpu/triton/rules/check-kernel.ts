import type { TritonFile } from "../read/triton-file.js";
import { assumptions } from "./assumptions.js";
import { coalescing } from "./coalescing.js";
import { exactProducts } from "./exact-products.js";
import { fits } from "./fits.js";
import { registersSpill } from "./registers-spill.js";
import type { KernelProblem } from "../../kernel-file.js";
import type { CheckedKernel, KernelRule } from "./rule.js";

const rules: readonly KernelRule[] = [fits, registersSpill, coalescing, exactProducts, assumptions];

export function checkKernel(file: TritonFile, kernel: CheckedKernel): readonly KernelProblem[] {
  return rules.flatMap((rule) => rule(kernel, file));
}
