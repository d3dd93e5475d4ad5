/** The comment that makes RTL an accelerator; its words are captured. */
export const acceleratorPinPattern = /(?:\/\/|--|\/\*)[ \t]*ridgepoint:[ \t]*accelerator\b([^\n]*)/;

/**
 * An accelerator in the words of its own RTL: a comment pin beside the module whose parameters size the array.
 *
 *     // ridgepoint: accelerator dataflow=weight-stationary rows=ROWS columns=COLS width=DATA_WIDTH clock=200MHz node=28
 *     module systolic #(parameter ROWS = 16, parameter COLS = 16, parameter DATA_WIDTH = 8) ( … );
 *
 * Names are parameters of the file, values numbers or texts as in an architecture file. `width` makes `int8` of 8,
 * `accumulator` gives bits of partial sums, `buffer.NAME=64KiB` a buffer; everything else is a field of the engine
 * or of the file. Answers what an architecture file would hold, and where the pin stands; undefined without a pin.
 */
export function acceleratorPin(text: string, name: string): RtlPin | undefined {
  const match = acceleratorPinPattern.exec(text);
  if (match === null) return undefined;
  const words = (match[1] ?? "").replace(/\*\/.*$/, "");
  const parameters = parametersOf(text);
  const own = /\bmodule\s+([A-Za-z_]\w*)/.exec(text.slice(match.index))?.[1] ?? name;
  const engine: Record<string, unknown> = { kind: "array" };
  const file: Record<string, unknown> = {
    id:
      own
        .toLowerCase()
        .replace(/[^a-z0-9.-]+/g, "-")
        .replace(/^[^a-z0-9]+/, "") || "rtl",
    name: own,
  };
  const buffers: unknown[] = [];
  let accumulator: unknown;
  const named: Record<string, string> = {};
  for (const [, key = "", quoted, bare] of words.matchAll(/([\w.-]+)=(?:"([^"]*)"|(\S+))/g)) {
    const value = valueOf(quoted ?? bare ?? "", parameters);
    if (bare !== undefined && parameters.has(bare)) named[key] = bare;
    if (key === "width") file["precisions"] = [{ weights: `int${String(value)}` }];
    else if (key === "precision") file["precisions"] = [{ weights: value }];
    else if (key === "accumulator") accumulator = value;
    else if (key === "dram") file["dram"] = { bandwidth: value };
    else if (key.startsWith("buffer."))
      buffers.push({ name: key.slice("buffer.".length), size: value });
    else if (fileKeys.includes(key)) file[key] = value;
    else engine[key] = value === "true" ? true : value === "false" ? false : value;
  }
  const [precision] = Array.isArray(file["precisions"]) ? (file["precisions"] as unknown[]) : [];
  if (accumulator !== undefined && typeof precision === "object")
    file["precisions"] = [{ ...precision, accumulatorBits: accumulator }];
  return {
    value: { ...file, engine, buffers },
    top: own,
    parameters: named,
    span: { start: match.index, end: match.index + match[0].trimEnd().length },
  };
}

export interface RtlPin {
  readonly value: Readonly<Record<string, unknown>>;
  /** The module that follows it. */
  readonly top: string;
  /** Names of parameters by the words that stand for them. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly span: { readonly start: number; readonly end: number };
}

const fileKeys = ["id", "name", "source", "clock", "node", "cores", "vectorLanes"];

/** `parameter ROWS = 16`, `localparam int W = 2 * ROWS`, VHDL's `ROWS : integer := 16`: as far as they are numbers. */
function parametersOf(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const pattern =
    /\b(?:parameter|localparam)\b[^=;,()]*?\b([A-Za-z_]\w*)\s*=\s*([^,;)\n]+)|\b([A-Za-z_]\w*)\s*:\s*(?:integer|natural|positive)\s*:=\s*([^;)\n]+)/gi;
  let isVerilogList = false;
  for (const [, verilog, verilogValue, vhdl, vhdlValue] of text.matchAll(pattern)) {
    isVerilogList ||= verilog !== undefined;
    const name = verilog ?? vhdl ?? "";
    const value = numberOf(verilogValue ?? vhdlValue ?? "", found);
    if (value !== undefined) found.set(name, value);
  }
  // Further names of a list have no keyword of their own: `parameter ROWS = 16, COLS = 16`.
  if (isVerilogList)
    for (const [, name = "", value = ""] of text.matchAll(
      /,\s*([A-Za-z_]\w*)\s*=\s*([^,;)\n]+)/g,
    )) {
      const number = numberOf(value, found);
      if (number !== undefined && !found.has(name)) found.set(name, number);
    }
  return found;
}

/** A literal, a known name, or products and sums of two of them. */
function numberOf(text: string, known: ReadonlyMap<string, number>): number | undefined {
  const bare = text.replace(/\/\/.*$|\/\*.*?\*\//g, "").trim();
  const operation = /^(.+?)\s*([*+/-])\s*(.+)$/.exec(bare);
  if (operation !== null && !bare.includes("'")) {
    const left = numberOf(operation[1] ?? "", known);
    const right = numberOf(operation[3] ?? "", known);
    if (left === undefined || right === undefined) return undefined;
    switch (operation[2]) {
      case "*":
        return left * right;
      case "+":
        return left + right;
      case "-":
        return left - right;
      default:
        return right === 0 ? undefined : Math.trunc(left / right);
    }
  }
  const based = /^\d*'s?([dhbo])([0-9a-f_]+)$/i.exec(bare);
  if (based !== null) {
    const base = { d: 10, h: 16, b: 2, o: 8 }[(based[1] ?? "d").toLowerCase()] ?? 10;
    const value = Number.parseInt((based[2] ?? "").replaceAll("_", ""), base);
    return Number.isFinite(value) ? value : undefined;
  }
  return /^\d[\d_]*$/.test(bare) ? Number(bare.replaceAll("_", "")) : known.get(bare);
}

function valueOf(word: string, parameters: ReadonlyMap<string, number>): unknown {
  return numberOf(word, parameters) ?? word;
}
