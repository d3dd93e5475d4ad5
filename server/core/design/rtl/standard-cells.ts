import { type CellUse, cellUse } from "./cell-use.js";

/** What the cells of a Liberty file take: area as gates, flip-flops and latches beside it. */
export function libertyUse(library: string): (type: string) => CellUse {
  const uses = new Map<string, CellUse>();
  for (const [, name = "", area = "", rest = ""] of library.matchAll(
    /\bcell \((\w+)\) \{\s*area : ([\d.]+);([\s\S]*?)(?=\bcell \(|$)/g,
  )) {
    const gate = Number(area);
    const isFlipFlop = /\bff \(/.test(rest);
    const isLatch = /\blatch \(/.test(rest);
    uses.set(name, { gate, ...(isFlipFlop && { ff: 1 }), ...(isLatch && { latch: 1 }) });
  }
  return (type) => uses.get(type) ?? cellUse(type);
}
