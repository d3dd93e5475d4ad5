import type { KernelFix } from "../kernel-file.js";
import {
  codeAt,
  gainText,
  textPlace,
  withWork,
  type KernelRule,
  type RuleSubject,
} from "./rule.js";

/** Lanes that want different words of one bank take turns. */
export const rule: KernelRule = (subject) => {
  const { estimate, text } = subject;
  return estimate.kernel.work.flatMap((work, index) => {
    if (work.kind !== "shared" || work.ways === undefined || work.ways < 1.9) return [];
    if ((estimate.shares[index] ?? 0) < leastShare) return [];
    const { ways } = work;
    const after = withWork(subject, (other, at) =>
      at === index ? { ...work, wavefronts: work.wavefronts / ways, ways: 1 } : other,
    );
    const gain = gainText(estimate, after);
    if (gain === undefined) return [];
    const fixes = paddingOf(subject, work.array);
    const advice =
      fixes.length > 0
        ? `Rows of \`${work.array}\` that are one element longer`
        : "Without the conflict the kernel";
    return [
      {
        code: "RP5621",
        severity: "warning",
        message: `\`${codeAt(text, work.place)}\`: ${Math.round(ways)}-way bank conflict in shared memory. ${advice} ${fixes.length > 0 ? "take the kernel to" : "takes"} ${gain}.`,
        place: textPlace(work.place),
        fixes,
      },
    ];
  });
};

const leastShare = 0.02;

/** Offered where rows are only ever indexed as rows: a flat or vector view of them would move with the padding. */
function paddingOf({ read, text }: RuleSubject, array: string): readonly KernelFix[] {
  const { span } = read.kernel;
  const body = text.slice(span.start, span.end);
  const declaration = new RegExp(
    `__shared__[^;]*?\\b${array}\\s*(?:\\[[^\\]]*\\]\\s*)+\\[([^\\]]*)\\]\\s*;`,
  ).exec(body);
  if (declaration?.[1] === undefined || /\+/.test(declaration[1])) return [];
  const isViewed = new RegExp(
    `(?:&\\s*${array}\\b|\\*\\s*${array}\\b|[(,]\\s*${array}\\s*[,)+])`,
  ).test(body);
  if (isViewed) return [];
  const at = span.start + declaration.index + declaration[0].lastIndexOf("]");
  return [
    {
      title: `Pad the rows of \`${array}\` by one element`,
      edits: [{ span: { start: at, end: at }, text: " + 1" }],
    },
  ];
}
