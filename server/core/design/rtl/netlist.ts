/** Yosys' JSON netlist, as far as it is used. Constants of a connection are texts, nets are numbers. */
export interface Netlist {
  readonly modules: ReadonlyMap<string, NetModule>;
}

export interface NetModule {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly ports: ReadonlyMap<string, NetPort>;
  readonly cells: readonly NetCell[];
  readonly netNames: readonly NetName[];
  /** Words of each memory by name, with their width. */
  readonly memories: readonly NetMemory[];
}

export interface NetPort {
  readonly direction: string;
  readonly bits: readonly NetBit[];
}

export type NetBit = number | string;

export interface NetCell {
  readonly name: string;
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly connections: Readonly<Record<string, readonly NetBit[]>>;
  readonly directions: Readonly<Record<string, string>>;
}

export interface NetName {
  readonly name: string;
  readonly bits: readonly NetBit[];
  readonly isHidden: boolean;
  readonly src: string;
}

export interface NetMemory {
  readonly name: string;
  readonly width: number;
  readonly size: number;
  readonly src: string;
}

/** Every document of a stream of them: `write_json` prints one after the other. */
export function readNetlists(output: string): readonly Netlist[] {
  const starts: number[] = [];
  for (const match of output.matchAll(/^\{$/gm)) starts.push(match.index);
  return starts.flatMap((start, index) => {
    const text = output.slice(start, starts[index + 1] ?? output.length);
    // Anything that is printed after a document stands behind its last brace.
    return readNetlist(text.slice(0, text.lastIndexOf("}") + 1)) ?? [];
  });
}

function readNetlist(text: string): Netlist | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Cut off: the run ended in the middle, which is told elsewhere.
    return undefined;
  }
  const modules = fieldsOf(fieldsOf(value)["modules"]);
  return {
    modules: new Map(
      Object.entries(modules).map(([name, module]) => [name, moduleOf(name, fieldsOf(module))]),
    ),
  };
}

function moduleOf(name: string, fields: Fields): NetModule {
  return {
    name,
    attributes: textsOf(fields["attributes"]),
    ports: new Map(
      Object.entries(fieldsOf(fields["ports"])).map(([port, value]) => [
        port,
        { direction: textOf(fieldsOf(value)["direction"]), bits: bitsOf(fieldsOf(value)["bits"]) },
      ]),
    ),
    cells: Object.entries(fieldsOf(fields["cells"])).map(([cell, value]) =>
      cellOf(cell, fieldsOf(value)),
    ),
    netNames: Object.entries(fieldsOf(fields["netnames"])).map(([net, value]) => {
      const { bits, hide_name: hidden, attributes } = fieldsOf(value);
      return {
        name: net,
        bits: bitsOf(bits),
        isHidden: hidden === 1,
        src: textsOf(attributes)["src"] ?? "",
      };
    }),
    memories: Object.entries(fieldsOf(fields["memories"])).map(([memory, value]) => {
      const { width, size, attributes } = fieldsOf(value);
      return {
        name: memory,
        width: typeof width === "number" ? width : 0,
        size: typeof size === "number" ? size : 0,
        src: textsOf(attributes)["src"] ?? "",
      };
    }),
  };
}

function cellOf(name: string, fields: Fields): NetCell {
  return {
    name,
    type: textOf(fields["type"]),
    parameters: textsOf(fields["parameters"]),
    attributes: textsOf(fields["attributes"]),
    connections: Object.fromEntries(
      Object.entries(fieldsOf(fields["connections"])).map(([port, bits]) => [port, bitsOf(bits)]),
    ),
    directions: textsOf(fields["port_directions"]),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [key, one] of Object.entries(fieldsOf(value)))
    texts[key] = typeof one === "number" ? `${one}` : textOf(one);
  return texts;
}

function bitsOf(value: unknown): readonly NetBit[] {
  return Array.isArray(value) ? (value as NetBit[]) : [];
}

/** A parameter is binary text, or a plain number; undefined when it is neither or has undefined bits. */
export function parameterNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[01]+$/.test(text)) return text.length > 52 ? undefined : Number.parseInt(text, 2);
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
