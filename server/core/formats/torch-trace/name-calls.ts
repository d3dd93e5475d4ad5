import type { TraceDocument } from "./document.js";

/** Name and scope of a call, as the table of layers shows them. */
export interface CallName {
  /** Dotted: the module where it makes one kind of call (`layer1.0.conv1`), else with the operator (`layer1.0.add`). */
  readonly name: string;
  /** `ResNet/layer1/0/conv1`. */
  readonly scope: string;
}

/** One name a call, in order. A name that is taken gets the number of its repetition: `layer1.0.relu:2`. */
export function nameCalls(document: TraceDocument, rootName: string): readonly CallName[] {
  const opsOfModule = document.modules.map(() => new Set<string>());
  for (const call of document.calls) opsOfModule[call.module]?.add(call.op);
  const uses = new Map<string, number>();
  return document.calls.map(({ op, module }) => {
    const path = document.modules[module]?.path ?? "";
    const isPlain = path !== "" && opsOfModule[module]?.size === 1;
    const base = path === "" ? op : isPlain ? path : `${path}.${op}`;
    const count = (uses.get(base) ?? 0) + 1;
    uses.set(base, count);
    return {
      name: count === 1 ? base : `${base}:${count}`,
      scope: [rootName, ...path.split(".")].filter((part) => part !== "").join("/"),
    };
  });
}
