import type { GpuWork } from "../gpu-kernel.js";
import { gainText, textPlace, withWork, type KernelRule } from "./rule.js";

/** Pointers that may overlap keep loads behind stores: a loop waits for every turn. */
export const rule: KernelRule = (subject) => {
  const { read, estimate, text } = subject;
  const { work } = estimate.kernel;
  const written = namesOf(work, "write");
  const readOnly = read.pointers.filter(
    ({ name, isRestrict }) => !isRestrict && namesOf(work, "read").has(name) && !written.has(name),
  );
  const open = read.pointers.filter(({ isRestrict }) => !isRestrict);
  if (readOnly.length === 0 || written.size === 0) return [];
  const after = withWork(subject, (one) =>
    one.kind === "global" &&
    one.direction === "read" &&
    readOnly.some(({ name }) => name === one.array)
      ? { ...one, waits: one.waits / overlapping }
      : one,
  );
  const gain = gainText(estimate, after);
  if (gain === undefined || estimate.bound !== "latency") return [];
  const names = readOnly.map(({ name }) => `\`${name}\``).join(", ");
  const edits = open.flatMap(({ span, name }) => {
    const declared = text.slice(span.start, span.end);
    const at = declared.lastIndexOf(name);
    const start = span.start + at;
    return at < 0 ? [] : [{ span: { start, end: start }, text: "__restrict__ " }];
  });
  return [
    {
      code: "RP5625",
      severity: "hint",
      message: `${names} may overlap what is written, so that loads of one turn wait for stores of the one before. With \`__restrict__\` on all pointers, if they never overlap: ${gain}.`,
      place: textPlace(estimate.kernel.place),
      fixes:
        edits.length === 0
          ? []
          : [
              {
                title: "Declare the pointers `__restrict__` (promises that they do not overlap)",
                edits,
              },
            ],
    },
  ];
};

/** Turns that compilers then unroll. */
const overlapping = 4;

function namesOf(work: readonly GpuWork[], direction: "read" | "write"): ReadonlySet<string> {
  return new Set(
    work.flatMap((one) =>
      one.kind === "global" && one.direction === direction ? [one.array] : [],
    ),
  );
}
