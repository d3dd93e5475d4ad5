import type { SourceRange } from "../../base/text-span.js";
import type { NetCell, NetModule } from "./netlist.js";
import { type FileNames, readSrc } from "./source-names.js";

/**
 * Lines that a path runs through. Its LUTs have lost their places, so the deepest way from the same register through the gates
 * that the LUTs were made from is taken, which still have them.
 */
export class PathPlaces {
  readonly #files: FileNames;
  readonly #driver = new Map<number, NetCell>();
  readonly #depth = new Map<number, number>();
  /** Bits that registers take in, by the name of what they give out. */
  readonly #inputsOf = new Map<string, number[]>();

  constructor(gates: NetModule, files: FileNames) {
    this.#files = files;
    const names = new Map<number, string>();
    for (const { name, bits, isHidden } of gates.netNames)
      bits.forEach((bit, index) => {
        if (typeof bit === "number" && !isHidden)
          names.set(bit, bits.length > 1 ? `${name}[${index}]` : name);
      });
    for (const cell of gates.cells) {
      const output = cell.connections["Y"] ?? cell.connections["O"];
      if (/^\$_(?!S?DFF|DLATCH|ALDFF)/.test(cell.type) || output !== undefined)
        for (const bit of output ?? []) if (typeof bit === "number") this.#driver.set(bit, cell);
      const q = cell.connections["Q"];
      const name = typeof q?.[0] === "number" ? names.get(q[0]) : undefined;
      if (name === undefined) continue;
      const inputs = Object.entries(cell.connections)
        .filter(([port]) => port !== "Q" && port !== "C")
        .flatMap(([, bits]) => bits.filter((bit) => typeof bit === "number"));
      this.#inputsOf.set(name, inputs);
    }
  }

  /** From the start to the end register, and the line with most of it. */
  through(end: string): {
    readonly places: readonly SourceRange[];
    readonly worst: SourceRange | undefined;
  } {
    const inputs = this.#inputsOf.get(end) ?? [];
    let at = this.#deepest(inputs);
    const places: SourceRange[] = [];
    const levels = new Map<string, { place: SourceRange; count: number }>();
    for (let step = 0; at !== undefined && step < 10_000; step += 1) {
      const cell = this.#driver.get(at);
      if (cell === undefined) break;
      for (const place of readSrc(cell.attributes["src"], this.#files).slice(0, 1)) {
        const key = `${place.file}:${place.line}`;
        const known = levels.get(key);
        if (known === undefined) {
          levels.set(key, { place, count: 1 });
          places.unshift(place);
        } else known.count += 1;
      }
      at = this.#deepest(bitsIn(cell));
    }
    const worst = [...levels.values()].sort((a, b) => b.count - a.count)[0]?.place;
    return { places, worst };
  }

  #deepest(bits: readonly number[]): number | undefined {
    let best: number | undefined;
    let most = -1;
    for (const bit of bits) {
      const depth = this.#depthOf(bit);
      if (depth > most) {
        most = depth;
        best = bit;
      }
    }
    return most <= 0 ? undefined : best;
  }

  #depthOf(bit: number): number {
    const known = this.#depth.get(bit);
    if (known !== undefined) return known;
    const stack = [bit];
    const open = new Set<number>();
    while (stack.length > 0) {
      const top = stack[stack.length - 1] ?? 0;
      const cell = this.#driver.get(top);
      if (this.#depth.has(top) || cell === undefined) {
        if (cell === undefined) this.#depth.set(top, 0);
        stack.pop();
        continue;
      }
      const inputs = bitsIn(cell);
      const missing = open.has(top)
        ? []
        : inputs.filter((input) => !this.#depth.has(input) && !open.has(input));
      open.add(top);
      if (missing.length > 0) {
        stack.push(...missing);
        continue;
      }
      let depth = 0;
      for (const input of inputs) depth = Math.max(depth, this.#depth.get(input) ?? 0);
      this.#depth.set(top, depth + 1);
      stack.pop();
    }
    return this.#depth.get(bit) ?? 0;
  }
}

function bitsIn(cell: NetCell): readonly number[] {
  return Object.entries(cell.connections)
    .filter(([port]) => port !== "Y" && port !== "O" && port !== "CO")
    .flatMap(([, bits]) => bits.filter((bit) => typeof bit === "number"));
}
