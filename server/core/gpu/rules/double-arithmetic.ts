import type { KernelFix } from "../kernel-file.js";
import { codeAt, gainText, textPlace, withWork, type KernelRule } from "./rule.js";

/** Double precision in a kernel of floats: often a literal without its `f`, and 1/32 or 1/64 of the rate on most GPUs. */
export const rule: KernelRule = (subject) => {
  const { estimate, text } = subject;
  const { work } = estimate.kernel;
  const hasFloats = work.some(
    (one) => one.kind === "arithmetic" && one.pipe === "float32" && one.flops > 0,
  );
  const arrays = /\bdouble\b/.test(
    text.slice(estimate.kernel.span.start, estimate.kernel.span.end),
  );
  if (!hasFloats && arrays) return [];
  return work.flatMap((one, index) => {
    if (
      one.kind !== "arithmetic" ||
      one.pipe !== "float64" ||
      (estimate.shares[index] ?? 0) < leastShare
    )
      return [];
    const after = withWork(subject, (other) =>
      other.kind === "arithmetic" && other.pipe === "float64"
        ? { ...other, pipe: "float32" }
        : other,
    );
    const gain = gainText(estimate, after);
    if (gain === undefined) return [];
    const fixes = literalFix(text, one.place.start, one.place.end);
    return [
      {
        code: "RP5630",
        severity: "warning",
        message: `\`${codeAt(text, one.place)}\` is computed in double precision${fixes.length > 0 ? ", since a literal has no `f`" : ""}. In single precision the kernel takes ${gain}.`,
        place: textPlace(one.place),
        fixes,
      },
    ];
  });
};

const leastShare = 0.02;

function literalFix(text: string, start: number, end: number): readonly KernelFix[] {
  const edits = [
    ...text.slice(start, end).matchAll(/(?<![\w.])\d+\.\d*(?:[eE][-+]?\d+)?(?![\w.])/g),
  ].map((found) => {
    const at = start + found.index + found[0].length;
    return { span: { start: at, end: at }, text: "f" };
  });
  return edits.length === 0 ? [] : [{ title: "Make the literals single precision", edits }];
}
