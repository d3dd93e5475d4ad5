import type { Analysis } from "../core/analysis.js";
import type { views } from "../core/views/index.generated.js";

type Views = typeof views;

/** What a panel asks for when it opens, but whole: nothing is off screen on the command line. */
export function defaultParams<K extends keyof Views>(
  name: K,
  { targets }: Analysis,
): Parameters<Views[K]>[1] | Readonly<Record<string, never>> {
  const target = targets[0]?.target.id ?? null;
  const graph = {
    target,
    measure: "latency",
    isSized: false,
    fold: "auto",
    toggled: [],
    unrolled: [],
    focus: null,
    window: null,
    scale: 1,
    reveal: null,
  } as const;
  const defaults: { readonly [V in keyof Views]?: Parameters<Views[V]>[1] } = {
    layers: {
      sortBy: "seconds",
      descending: true,
      filter: "",
      start: 0,
      end: Number.MAX_SAFE_INTEGER,
      target,
      locate: null,
    },
    details: { nodeId: 0 },
    memory: { target, aliveLimit: Number.MAX_SAFE_INTEGER, hasBuffers: true },
    "memory-use": { target, pointLimit: Number.MAX_SAFE_INTEGER },
    "memory-what-ifs": { target },
    report: { file: null },
    graph,
    "graph-figure": graph,
    roofline: { targets: null, alpha: null, limit: Number.MAX_SAFE_INTEGER },
    "roofline-figure": { target },
    alternatives: { results: null },
    mapping: { target, sweep: [] },
    timeline: { target, start: null, end: null, limit: Number.MAX_SAFE_INTEGER },
    "export-file": { format: "perfetto", target },
  };
  return defaults[name] ?? {};
}
