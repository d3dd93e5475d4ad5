import type { DesignFix, DesignProblem } from "../../design.js";
import { type ModuleText, moduleText } from "../module-text.js";
import { type NetBit, type NetModule, parameterNumber } from "../netlist.js";
import type { RtlRule } from "./rule.js";

/**
 * A number without a size has 32 bits, and so has what is calculated with it. Synthesis cuts an adder down to its operands again, but not
 * differences and shifts whose upper bits are calculated with: `(a - b - 1) > c` of 12 bits takes 57 LUTs of an iCE40, and 24 with `12'd1`;
 * `(a - 1) > c` and counters take the same either way.
 */
export const rtlRule: RtlRule = {
  code: "RP5208",
  check: ({ modules, placesOf, texts }) => {
    const found = new Map<string, DesignProblem>();
    for (const module of modules) {
      const calculated = bitsThatMatter(module);
      for (const cell of module.cells) {
        if (!/^\$(?:sub|shl|sshl)$/.test(cell.type)) continue;
        const widths = ["A", "B"].map((port) => significantBits(cell.connections[port] ?? []));
        const operand = Math.max(...widths);
        const natural = naturalWidth(cell.type, widths);
        const given = parameterNumber(cell.parameters["Y_WIDTH"]) ?? 0;
        const [place] = placesOf(cell.attributes["src"]);
        if (place === undefined || given !== 32 || natural > 24) continue;
        if (!(cell.connections["Y"] ?? []).slice(natural).some((bit) => calculated.has(bit)))
          continue;
        const line = texts.get(place.file)?.split("\n")[place.line] ?? "";
        if (!/(?<![\w'.\][])\d+(?!\s*'|\w)/.test(line)) continue;
        const text = moduleText(module, { texts, placesOf });
        const fix =
          text === undefined || /shl/.test(cell.type)
            ? undefined
            : sizeFix(text, place.line, { natural, cut: given - natural });
        found.set(`${place.file}:${place.line}`, {
          code: "RP5208",
          severity: "hint",
          message: `Calculated in 32 bits because of a number without a size, though the operands have ${operand}: up to ${given - natural} bits of carry too many. Give the number a size.`,
          place: { kind: "source", ...place, endLine: place.line + 1, endCharacter: 0 },
          ...(fix !== undefined && { fixes: [fix] }),
        });
      }
    }
    return [...found.values()];
  },
};

/** Of a difference one more than its operands have; what is shifted to the left grows by the most that it is shifted. */
function naturalWidth(type: string, [left = 0, right = 0]: readonly number[]): number {
  return type === "$sub" ? Math.max(left, right) + 1 : left + 2 ** Math.min(right, 6) - 1;
}

const arithmetic = /^\$(?:add|sub|mul|alu|macc|shl|sshl|neg)$/;

/**
 * Bits that are calculated with and make a difference: of a sum whose upper half nobody reads, `x16 <= a16 + (1 << n)`, the upper halves of
 * the operands come to nothing. Bit `k` of a sum, a difference, a product and a shift to the left depends on operands up to bit `k` alone.
 */
function bitsThatMatter({ cells, ports }: NetModule): ReadonlySet<NetBit> {
  const read = new Set<NetBit>([...ports.values()].flatMap(({ bits }) => bits));
  const sums = cells.filter(({ type }) => arithmetic.test(type));
  for (const { type, connections } of cells)
    if (!arithmetic.test(type))
      for (const [port, bits] of Object.entries(connections))
        if (port !== "Y") for (const bit of bits) read.add(bit);
  const calculated = new Set<NetBit>();
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (const { connections } of sums) {
      const sum = connections["Y"] ?? [];
      let top = sum.length - 1;
      while (top >= 0 && !read.has(sum[top] ?? "")) top -= 1;
      for (const port of ["A", "B"])
        for (const bit of (connections[port] ?? []).slice(0, top + 1)) {
          if (typeof bit !== "number" || calculated.has(bit)) continue;
          calculated.add(bit);
          read.add(bit);
          isChanged = true;
        }
    }
  }
  return calculated;
}

/**
 * A size for the line's only number without one, wide enough for what is calculated; `s` leaves signed arithmetic signed, as a bare
 * number does.
 */
function sizeFix(
  { file, code, offsetOf }: ModuleText,
  line: number,
  { natural, cut }: { readonly natural: number; readonly cut: number },
): DesignFix | undefined {
  const start = offsetOf(line, 0);
  const text = code.slice(start, offsetOf(line + 1, 0));
  const numbers = [...text.matchAll(/(?<![\w'.$])\d+(?!\s*'|\w|\.)/g)];
  const [number] = numbers;
  if (number === undefined || numbers.length !== 1 || /[[\]]/.test(text)) return undefined;
  if (Number(number[0]) >= 2 ** (natural - 1)) return undefined;
  const span = { start: start + number.index, end: start + number.index + number[0].length };
  return {
    title: `Give ${number[0]} a size of ${natural} bits: −0 to −${cut} bits of carry`,
    file,
    edits: [{ span, text: `${natural}'sd${number[0]}` }],
  };
}

/** Without what only extends them: constant zeros on top, and copies of the sign. */
function significantBits(bits: readonly NetBit[]): number {
  let count = bits.length;
  while (count > 1 && (bits[count - 1] === "0" || bits[count - 1] === bits[count - 2])) count -= 1;
  return count;
}
