import type { TritonFile } from "../read/triton-file.js";
import { assumptions } from "./assumptions.js";
import { coalescing } from "./coalescing.js";
import { exactProducts } from "./exact-products.js";
import { fits } from "./fits.js";
import { registersSpill } from "./registers-spill.js";
import type { CheckedKernel, KernelRule, RuleFindings } from "./rule.js";

const rules: readonly KernelRule[] = [fits, registersSpill, coalescing, exactProducts, assumptions];

export function checkKernel(file: TritonFile, kernel: CheckedKernel): Required<RuleFindings> {
  const found = rules.map((rule) => rule(kernel, file));
  return {
    problems: found.flatMap(({ problems }) => problems),
    fixes: found.flatMap(({ fixes }) => fixes ?? []),
  };
}
