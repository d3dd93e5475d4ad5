import type { IntervalCause } from "./estimate/interval.js";
import { sourceName } from "./source-name.js";

/** Why a loop cannot start an iteration every cycle, in words: "2 reads of `buf` a cycle, 1 port". */
export function causeText(cause: IntervalCause): string | undefined {
  const variable = sourceName(cause.variable);
  switch (cause.kind) {
    case "none":
      return undefined;
    case "asked":
      return "the pragma asks for it";
    case "recurrence": {
      const cycles = Math.ceil(cause.latency ?? cause.interval);
      const distance = cause.distance ?? 1;
      const when = distance === 1 ? "the next iteration" : `the ${distance}th iteration on`;
      return `${when} needs \`${variable}\`, which takes ${cycles} cycles`;
    }
    case "ports": {
      const { accesses = 0, reads = 0, ports = 1 } = cause;
      const what = reads === accesses ? "reads of" : reads === 0 ? "writes to" : "accesses to";
      return `${accesses} ${what} \`${variable}\` an iteration, ${ports} ${ports === 1 ? "port" : "ports"}`;
    }
  }
}
