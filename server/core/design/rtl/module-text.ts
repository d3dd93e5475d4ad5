import { lineStartsOf } from "../../base/line-starts.js";
import type { SourceRange, TextSpan } from "../../base/text-span.js";
import { blanked } from "../blanked.js";
import { type Assignment, assignmentsIn } from "./assignments.js";
import type { NetModule } from "./netlist.js";
import type { WidthScope } from "./value-bits.js";

/** What a module's source says, for rules that change it. */
export interface ModuleText {
  readonly file: string;
  /** The whole file's, without comments and strings; offsets are the file's. */
  readonly code: string;
  /** Of the module. */
  readonly span: TextSpan;
  readonly isSystemVerilog: boolean;
  readonly assignments: readonly Assignment[];
  readonly scope: WidthScope;
  readonly offsetOf: (line: number, character: number) => number;
}

/** Larger files were written by programs, and nobody mends their lines. */
const sizeLimit = 1 << 20;

const known = new WeakMap<NetModule, ModuleText>();

/** Undefined where the text is not at hand, is no Verilog, or says by macros what it says. */
export function moduleText(
  module: NetModule,
  subject: {
    readonly texts: ReadonlyMap<string, string>;
    readonly placesOf: (src: string | undefined) => readonly SourceRange[];
  },
): ModuleText | undefined {
  const found = known.get(module);
  if (found !== undefined) return found;
  const [range] = subject.placesOf(module.attributes["src"]);
  const text = range && subject.texts.get(range.file);
  if (range === undefined || text === undefined || text.length > sizeLimit) return undefined;
  if (!/\.s?vh?$/i.test(range.file)) return undefined;
  const code = blanked(text);
  const starts = lineStartsOf(text);
  const offsetOf = (line: number, character: number): number =>
    Math.min((starts[line] ?? text.length) + character, text.length);
  const span = {
    start: offsetOf(range.line, range.character),
    end: offsetOf(range.endLine, range.endCharacter),
  };
  const made: ModuleText = {
    file: range.file,
    code,
    span,
    offsetOf,
    isSystemVerilog: !/\.vh?$/i.test(range.file),
    assignments: assignmentsIn(code, span),
    scope: scopeOf(module, code.slice(span.start, span.end)),
  };
  known.set(module, made);
  return made;
}

const bitTypes =
  /^(?:input|output|inout|wire|reg|logic|bit|signed|unsigned|tri[01]?|wand|wor|uwire|var)$/;

function scopeOf({ netNames, memories }: NetModule, code: string): WidthScope {
  const widths = new Map<string, number>();
  for (const { name, bits, isHidden } of netNames)
    if (!isHidden) widths.set(name.replace(/^\\/, ""), bits.length);
  const words = new Map<string, number>();
  for (const { name, width } of memories) words.set(name.replace(/^\\/, ""), width);
  // Loop variables and parameters are no wires, whatever they become; of several dimensions one index picks more than a bit.
  const others = new Set<string>();
  for (const match of code.matchAll(
    /\b(?:integer|int|genvar|parameter|localparam)\b[^;)]*|\[[^\]]*\]\s*\[[^\]]*\]\s*\w+/g,
  ))
    for (const [word] of match[0].matchAll(/\b[A-Za-z_]\w*/g)) others.add(word);
  // Of `data_t [3:0] mem` an index picks as many bits as its type has.
  for (const [, type = "", names = ""] of code.matchAll(
    /\b([A-Za-z_]\w*)\s+\[[^\]]*\]\s*(\w+(?:\s*,\s*\w+)*)/g,
  ))
    if (!bitTypes.test(type)) for (const [word] of names.matchAll(/\w+/g)) others.add(word);
  const widthOf = (name: string): number | undefined =>
    others.has(name) || words.has(name) ? undefined : widths.get(name);
  return {
    widthOf,
    elementOf: (name) => words.get(name) ?? (widthOf(name) === undefined ? undefined : 1),
  };
}

/** The name of a register that the module does not have yet. */
export function freshName({ code }: ModuleText, name: string): string {
  for (const ending of ["_q", "_registered", "_registered_q"])
    if (!new RegExp(`\\b${name}${ending}\\b`).test(code)) return `${name}${ending}`;
  return `${name}_registered_2`;
}

/** `assign NAME = VALUE;` with a register before the name, which starts at the clock's rising edge. */
export function registeredAssign(
  text: ModuleText,
  { name, value }: Pick<Assignment, "name" | "value">,
  {
    clock,
    width,
    indent,
  }: { readonly clock: string; readonly width: number; readonly indent: string },
): string {
  const register = freshName(text, name);
  const range = width === 1 ? "" : ` [${width - 1}:0]`;
  const [type, block] = text.isSystemVerilog ? ["logic", "always_ff"] : ["reg", "always"];
  return [
    `${type}${range} ${register};`,
    `${block} @(posedge ${clock}) ${register} <= ${value.trim()};`,
    `assign ${name} = ${register};`,
  ].join(`\n${indent}`);
}

/** Whether a name of the module is declared as signed. */
export function isSigned({ code, span }: ModuleText, name: string): boolean {
  return new RegExp(`\\bsigned\\b[^;)]*\\b${name}\\b`).test(code.slice(span.start, span.end));
}

/** Whether a vector is declared as `[…:0]`, so that its lower bits are those below. */
export function countsFromZero({ code, span }: ModuleText, name: string): boolean {
  return new RegExp(`\\[[^\\]:]*:\\s*0\\s*\\]\\s*(?:\\w+\\s*,\\s*)*${name}\\b`).test(
    code.slice(span.start, span.end),
  );
}

/** Blanks before the first word of the line that holds an offset. */
export function indentAt({ code }: ModuleText, offset: number): string {
  const start = code.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(code.slice(start, offset))?.[0] ?? "";
}

/** The only clock of a module, by its name: what its flip-flops run at, else an input that is called so. */
export function onlyClock({ cells, netNames, ports }: NetModule): string | undefined {
  const bits = new Set(
    cells
      .filter(({ type }) => /dff|^\$mem(?:wr|rd)/.test(type))
      .map(({ connections }) => connections["CLK"]?.[0])
      .filter((bit) => typeof bit === "number"),
  );
  if (bits.size > 1) return undefined;
  const [bit] = bits;
  if (bit === undefined) {
    const inputs = [...ports]
      .filter(
        ([name, port]) => port.direction === "input" && /^(?:i_)?a?cl(?:oc)?k(?:_i)?$/i.test(name),
      )
      .map(([name]) => name);
    return inputs.length === 1 ? inputs[0] : undefined;
  }
  const found = netNames.find(
    (net) => !net.isHidden && net.bits.length === 1 && net.bits[0] === bit,
  );
  return found !== undefined && /^\w+$/.test(found.name) ? found.name : undefined;
}
