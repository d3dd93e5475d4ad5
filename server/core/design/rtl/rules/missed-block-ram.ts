import type { SourceRange } from "../../../base/text-span.js";
import type { DesignFix, DesignProblem } from "../../design.js";
import { type Change, fixOf } from "../../fix.js";
import { indentAt, moduleText, onlyClock, registeredAssign } from "../module-text.js";
import type { NetCell, NetModule } from "../netlist.js";
import { parameterNumber } from "../netlist.js";
import { type RtlRule, type RuleSubject, netBits, wiringOf } from "./rule.js";

/** Below this a block RAM would be a waste. */
const leastBits = 2048;

/** A memory that would fill a block RAM and stands in LUTs or flip-flops, and what it is that keeps it there. */
export const rtlRule: RtlRule = {
  code: "RP5205",
  check: (subject) => {
    const { modules, placesOf, part, lineAt, priceOf, texts } = subject;
    const { blockRam } = part.family;
    if (blockRam === undefined) return [];
    return modules.flatMap((module) =>
      memoriesOf(module).flatMap((memory): DesignProblem[] => {
        const { bits, id, src, width, size } = memory;
        const place = placesOf(src)[0];
        if (place === undefined || bits < leastBits) return [];
        const ports = [...memory.reads, ...memory.writes].flatMap((cell) =>
          placesOf(cell.attributes["src"]),
        );
        const all = [place, ...ports];
        if (all.some((one) => (lineAt(one)?.resources.counts.bram?.value ?? 0) > 0)) return [];
        const reason = reasonOf(module, memory);
        if (reason === undefined) return [];
        // What takes nothing is gone: nobody reads it, or it is a table of constants that came to little.
        const costly = (["lutram", "lut", "ff"] as const)
          .map((kind) => all.find((one) => (lineAt(one)?.resources.counts[kind]?.value ?? 0) > 0))
          .find((one) => one !== undefined);
        if (costly === undefined) return [];
        const blocks = Math.ceil(bits / blockRam.bits);
        const declared = /\b(?:reg|logic|bit)\b/.test(
          texts.get(place.file)?.split("\n")[place.line] ?? "",
        );
        const lines = new Map(all.map((one) => [`${one.file}:${one.line}`, lineAt(one)]));
        const saved = (kind: "lut" | "lutram"): number =>
          [...lines.values()].reduce(
            (sum, one) => sum - (one?.resources.counts[kind]?.value ?? 0),
            0,
          );
        const change = { lut: saved("lut"), lutram: saved("lutram"), bram: blocks };
        const fix =
          reason.loose === undefined
            ? undefined
            : registerReads(subject, module, { ...memory, loose: reason.loose }, change);
        return [
          {
            code: "RP5205",
            severity: "warning",
            message: `\`${id}\` (${size} × ${width} bits) misses the block RAM: ${reason.why} It takes ${priceOf(costly)}; ${reason.what}: ${blocks} ${blockRam.name}.`,
            place: { kind: "source", ...(declared ? place : costly) },
            ...(fix !== undefined && { fixes: [fix] }),
          },
        ];
      }),
    );
  },
};

interface Memory {
  readonly id: string;
  readonly src: string;
  readonly width: number;
  readonly size: number;
  readonly bits: number;
  readonly reads: readonly NetCell[];
  readonly writes: readonly NetCell[];
}

function memoriesOf({ cells, memories }: NetModule): readonly Memory[] {
  const idOf = (cell: NetCell): string => (cell.parameters["MEMID"] ?? "").replace(/^\\/, "");
  return memories.map(({ name, width, size, src }) => {
    const id = name.replace(/^\\/, "");
    const mine = cells.filter((cell) => cell.type.startsWith("$mem") && idOf(cell) === id);
    return {
      id,
      src,
      width,
      size,
      bits: width * size,
      reads: mine.filter(({ type }) => type.startsWith("$memrd")),
      writes: mine.filter(({ type }) => type.startsWith("$memwr")),
    };
  });
}

interface Reason {
  readonly why: string;
  readonly what: string;
  /** Reads that want a register. */
  readonly loose?: readonly NetCell[];
}

/** Puts a register behind each read that is an assignment of its own: `assign q = mem[address];`. */
function registerReads(
  subject: RuleSubject,
  module: NetModule,
  { id, width, loose }: Memory & { readonly loose: readonly NetCell[] },
  change: Change,
): DesignFix | undefined {
  const text = moduleText(module, subject);
  const clock = onlyClock(module);
  if (text === undefined || clock === undefined) return undefined;
  const isRead = new RegExp(`^${id}\\s*\\[[^\\]]*\\]$`);
  const reads = text.assignments.filter(
    ({ kind, target, name, value }) =>
      kind === "assign" &&
      target === name &&
      isRead.test(value) &&
      text.scope.widthOf(name) === width,
  );
  const isOf = (place: SourceRange | undefined, { start, end }: { start: number; end: number }) => {
    const at = place === undefined ? -1 : text.offsetOf(place.line, place.character);
    return start <= at && at < end;
  };
  const mine = loose.map((cell) =>
    reads.find(({ span }) => isOf(subject.placesOf(cell.attributes["src"])[0], span)),
  );
  const found = mine.filter((read) => read !== undefined);
  if (found.length !== loose.length || new Set(found).size !== loose.length) return undefined;
  return fixOf("Register what is read", change, {
    file: text.file,
    cycles: 1,
    edits: found.map((read) => {
      const indent = indentAt(text, read.span.start);
      return { span: read.span, text: registeredAssign(text, read, { clock, width, indent }) };
    }),
  });
}

function reasonOf(module: NetModule, { reads, writes }: Memory): Reason | undefined {
  const { readers } = wiringOf(module);
  const isClocked = (cell: NetCell): boolean => {
    if (parameterNumber(cell.parameters["CLK_ENABLE"]) === 1) return true;
    const after = new Set(netBits(cell, "DATA").flatMap((bit) => readers.get(bit) ?? []));
    return [...after].every(({ type }) => /^\$(?:s|a|e|al)*dff/.test(type)) && after.size > 0;
  };
  const loose = reads.filter((cell) => !isClocked(cell));
  if (loose.length > 0)
    return {
      why: `${loose.length === reads.length ? "it is" : "one of its ports is"} read without a clock.`,
      what: "with a register on what is read (+1 cycle)",
      loose,
    };
  const unclocked = writes.filter((cell) => parameterNumber(cell.parameters["CLK_ENABLE"]) !== 1);
  if (unclocked.length > 0)
    return { why: "it is written without a clock.", what: "written at a clock edge" };
  if (writes.length > 2 || reads.length + writes.length > 4)
    return {
      why: `it has ${writes.length} write and ${reads.length} read ports, and a block RAM has two in all.`,
      what: "in copies or banks of two ports each, at the least",
    };
  const isReset = reads.some((cell) =>
    netBits(cell, "DATA")
      .flatMap((bit) => readers.get(bit) ?? [])
      .some(({ type }) => /^\$a(?:l)?dff|^\$dffsr/.test(type)),
  );
  if (isReset)
    return {
      why: "the register on what is read has an asynchronous reset, which a block RAM has not.",
      what: "without that reset",
    };
  return undefined;
}
