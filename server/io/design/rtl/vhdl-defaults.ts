/**
 * GHDL 2 leaves `when others` out of the cases that it writes as Verilog (ghdl/ghdl, `--synth --out=verilog` before 3.0): what
 * was a multiplexer comes out as a latch. Its VHDL output has the same modules and nets and says the value, from where it is
 * put back.
 */
export function lacksDefaults(verilog: string): boolean {
  return cases(verilog.split("\n")).length > 0;
}

/** `verilog` with a default in each case that had none, where the same design in VHDL tells its value. */
export function withDefaults(verilog: string, vhdl: string): string {
  const values = othersOf(vhdl);
  const lines = verilog.split("\n");
  const added = new Map<number, string>();
  for (const { module, net, end } of cases(lines)) {
    const value = values.get(`${module} ${net}`);
    if (value !== undefined) added.set(end, `      default: ${net} <= ${value};`);
  }
  return lines
    .flatMap((line, at) => {
      const before = added.get(at);
      return before === undefined ? [line] : [before, line];
    })
    .join("\n");
}

interface Case {
  readonly module: string;
  /** That is assigned in each branch. */
  readonly net: string;
  /** Line of `endcase`. */
  readonly end: number;
}

/** Cases without a default. */
function cases(lines: readonly string[]): readonly Case[] {
  const found: Case[] = [];
  let module = "";
  let net: string | undefined;
  let hasDefault = false;
  for (const [at, line] of lines.entries()) {
    module = /^module (\w+)/.exec(line)?.[1] ?? module;
    if (/^\s*case\b/.test(line)) {
      net = undefined;
      hasDefault = false;
    } else if (/^\s*endcase\b/.test(line)) {
      if (net !== undefined && !hasDefault) found.push({ module, net, end: at });
    } else {
      hasDefault ||= /^\s*default\b/.test(line);
      net ??= /^\s*\d+'b[01]+: (\w+) <= /.exec(line)?.[1];
    }
  }
  return found;
}

/** By module and net: what `with … select` gives a net for all other choices, as Verilog. */
function othersOf(vhdl: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let entity = "";
  let net = "";
  for (const line of vhdl.split("\n")) {
    entity = /^entity (\w+) is/.exec(line)?.[1] ?? entity;
    net = /^\s*with .+ select (\w+) <=/.exec(line)?.[1] ?? net;
    const value = /^\s*(.+) when others;/.exec(line)?.[1];
    if (value !== undefined) values.set(`${entity} ${net}`, toVerilog(value));
  }
  return values;
}

/** A net, a part of one, or a constant; whatever else is left to the synthesis. */
function toVerilog(value: string): string {
  const [, bits] = /^["']([01XZUWLH-]+)["']$/.exec(value) ?? [];
  if (bits !== undefined) return `${bits.length}'b${bits.replace(/[^01Z]/g, "x").toLowerCase()}`;
  const [, name = "", high, low] = /^(\w+)(?: ?\((\d+)(?: downto (\d+))?\))?$/.exec(value) ?? [];
  if (name === "") return "'bx";
  // Inside of the top, VHDL's ports go by another name.
  const net = name.replace(/^wrap_/, "");
  if (high === undefined) return net;
  return low === undefined ? `${net}[${high}]` : `${net}[${high}:${low}]`;
}
