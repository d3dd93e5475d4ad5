import type { IntervalCause } from "./estimate/interval.js";
import { sourceName } from "./source-name.js";

const scatterText = {
  data: "is read at addresses that depend on data",
  stride: "is not read word after word",
  condition: "is read under a condition",
} as const;

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
    case "requests": {
      const { accesses = 1, latency = 0, outstanding = 1, scatter = "data" } = cause;
      const what = accesses === 1 ? "a request" : `${accesses} requests`;
      return `\`${variable}\` ${scatterText[scatter]}: no burst but ${what} an iteration, ${latency} cycles each, ${outstanding} under way`;
    }
    case "ports": {
      const { accesses = 0, reads = 0, ports = 1 } = cause;
      const what = reads === accesses ? "reads of" : reads === 0 ? "writes to" : "accesses to";
      return `${accesses} ${what} \`${variable}\` an iteration, ${ports} ${ports === 1 ? "port" : "ports"}`;
    }
  }
}
