import type { Problem } from "../../base/problem.js";
import type { CppNode } from "../cpp-tree.js";

/** Cores of the vendor's libraries that a call puts in place: what they take depends on a configuration and a generator. */
const cores = /^hls::(ip_)?(fft|fir|dds|rsr|interleaver|deinterleaver)$/;

/** Says of a call of such a core that its cost is missing. */
export function uncountedCore(name: string, args: readonly CppNode[]): Problem | undefined {
  const [first] = args;
  if (first === undefined || !cores.test(name)) return undefined;
  return {
    code: "RP5313",
    severity: "warning",
    message: `\`${name}\` is a core of its own, whose cycles and hardware are not counted here: add what the report of the tool says of it.`,
    place: { kind: "text", span: { start: first.start, end: args.at(-1)?.end ?? first.end } },
  };
}
