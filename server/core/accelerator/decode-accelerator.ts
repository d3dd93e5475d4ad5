import { Decoder } from "../base/decode.js";
import type { Outcome } from "../base/problem.js";
import { complainOfUnknown, decodeId, subjectOf } from "../targets/decode-fields.js";
import {
  enginesOf,
  type Accelerator,
  type Buffer,
  type Dram,
  type DramKind,
  type Operand,
  type SideEngine,
} from "./accelerator.js";
import { decodeEngine } from "./decode-engine.js";
import { decodePrecisions } from "./decode-precisions.js";
import { decodeQuantity } from "./quantity.js";
import { decodeFlag, optional, required, rules } from "./file-fields.js";
import { layerClasses } from "./layer-class.js";

type Fields = Readonly<Record<string, unknown>>;

/** Reads one architecture file. Undefined when what is left of it cannot be mapped onto. */
export function decodeAccelerator(value: unknown, file = ""): Outcome<Accelerator | undefined> {
  const decoder = new Decoder(subjectOf("Accelerator", value, file));
  const fields = decoder.object(value, "$");
  return {
    value: fields === undefined ? undefined : acceleratorOf(decoder, fields),
    problems: decoder.problems,
  };
}

function acceleratorOf(decoder: Decoder, fields: Fields): Accelerator | undefined {
  complainOfUnknown(decoder, fields, "", acceleratorFields);
  const first = engineAlone(decoder, fields);
  if (fields["beside"] === undefined || first === undefined) return checked(decoder, first);
  const beside = decodeBeside(decoder, fields, first);
  return beside === undefined ? undefined : checked(decoder, { ...first, beside });
}

/** An accelerator of one engine, from what a file says of the whole or of an engine beside others. */
function engineAlone(decoder: Decoder, fields: Fields): Accelerator | undefined {
  const id = decodeId(decoder, fields["id"], "id");
  const name = fields["name"] === undefined ? id : decoder.string(fields["name"], "name");
  const source =
    fields["source"] === undefined ? undefined : decoder.string(fields["source"], "source");
  const clock = required(
    decoder,
    fields,
    "clock",
    rules.clock,
    'give the frequency, for example `"200 MHz"`',
  );
  const node = required(
    decoder,
    fields,
    "node",
    rules.node,
    "give the technology in nanometres: energy and area follow from it",
  );
  const supply = optional(decoder, fields, "supply", rules.supply, 1);
  const cores = optional(decoder, fields, "cores", rules.cores, 1);
  const engine = decodeEngine(decoder, fields["engine"]);
  const precisions = decodePrecisions(decoder, fields["precisions"]);
  const buffers = decodeBuffers(decoder, fields["buffers"]);
  const dram = decodeDram(decoder, fields["dram"]);
  const fusesLayers = decodeFlag(decoder, fields, "fusesLayers", false, "");
  const splitsLayers = decodeFlag(decoder, fields, "splitsLayers", false, "");
  const ownLanes = engine?.kind === "array" ? engine.columns : 64;
  const vectorLanes = optional(decoder, fields, "vectorLanes", rules.lanes, ownLanes);
  const runs =
    fields["runs"] === undefined ? [] : decodeNames(decoder, fields["runs"], "runs", layerClasses);
  if (
    id === undefined ||
    name === undefined ||
    clock === undefined ||
    node === undefined ||
    supply === undefined ||
    cores === undefined ||
    engine === undefined ||
    precisions === undefined ||
    buffers === undefined ||
    dram === undefined ||
    vectorLanes === undefined ||
    runs === undefined ||
    fusesLayers === undefined ||
    splitsLayers === undefined
  )
    return undefined;
  return {
    id,
    name,
    ...(source === undefined ? {} : { source }),
    clock,
    node,
    ...(supply !== 1 && { supply }),
    cores,
    engine,
    precisions,
    buffers,
    dram,
    vectorLanes,
    ...(fusesLayers && { fusesLayers }),
    ...(splitsLayers && { splitsLayers }),
    ...(runs.length > 0 && { runs }),
    beside: [],
  };
}

function decodeBeside(
  decoder: Decoder,
  fields: Fields,
  first: Accelerator,
): readonly SideEngine[] | undefined {
  const items = decoder.array(fields["beside"], "beside");
  if (items === undefined) return undefined;
  if (items.length > 8) return decoder.complain("beside", "should hold 8 engines at most.");
  const names: string[] = [first.engine.kind];
  const found: SideEngine[] = [];
  for (const [index, item] of items.entries()) {
    const part = decoder.within(`beside[${index}]`);
    const own = decoder.object(item, `beside[${index}]`);
    if (own === undefined) return undefined;
    complainOfUnknown(part, own, "", sideFields);
    const name = part.string(own["name"], "name");
    if (name === undefined) return undefined;
    if (names.includes(name)) return part.complain("name", "is the name of another engine.");
    names.push(name);
    const shared = Object.fromEntries(sharedFields.map((key) => [key, fields[key]]));
    const alone = engineAlone(part, { ...shared, ...own });
    if (alone === undefined) return undefined;
    if (alone.engine.kind === "streaming" || first.engine.kind === "streaming")
      return part.complain("engine", "cannot stand beside another where one is `streaming`.");
    found.push({ name, alone });
  }
  return found;
}

/** Somebody must take the layers that nobody asked for. */
function checked(decoder: Decoder, whole: Accelerator | undefined): Accelerator | undefined {
  if (whole === undefined || enginesOf(whole).some(({ alone }) => alone.runs === undefined))
    return whole;
  return decoder.complain(
    "runs",
    "should be left out of one engine, which takes all other layers.",
  );
}

function decodeBuffers(decoder: Decoder, value: unknown): readonly Buffer[] | undefined {
  if (value === undefined)
    return decoder.complain(
      "buffers",
      "is missing; list the memories on the chip from the array outwards, each with `name` and `size`.",
    );
  const items = decoder.array(value, "buffers");
  if (items === undefined) return undefined;
  if (items.length > 16) return decoder.complain("buffers", "should hold 16 memories at most.");
  const buffers: Buffer[] = [];
  for (const [index, item] of items.entries()) {
    const buffer = decodeBuffer(decoder, item, `buffers[${index}]`);
    if (buffer === undefined) return undefined;
    if (buffers.some(({ name }) => name === buffer.name))
      return decoder.complain(
        `buffers[${index}].name`,
        `is the name of an earlier buffer, \`${buffer.name}\`.`,
      );
    buffers.push(buffer);
  }
  return buffers;
}

function decodeBuffer(decoder: Decoder, value: unknown, path: string): Buffer | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  complainOfUnknown(decoder, fields, path, bufferFields);
  const name = decoder.string(fields["name"], `${path}.name`);
  const size = required(
    decoder,
    fields,
    "size",
    rules.size,
    'give its bytes, for example `"108 KiB"`',
    path,
  );
  const bandwidth = optional(decoder, fields, "bandwidth", rules.bandwidth, Infinity, path);
  const holds = decodeHolds(decoder, fields["holds"], `${path}.holds`);
  const isDoubleBuffered = decodeFlag(decoder, fields, "doubleBuffered", true, path);
  const keepsActivations = decodeFlag(decoder, fields, "keepsActivations", false, path);
  if (
    name === undefined ||
    size === undefined ||
    bandwidth === undefined ||
    holds === undefined ||
    isDoubleBuffered === undefined ||
    keepsActivations === undefined
  )
    return undefined;
  if (keepsActivations && !(holds.includes("inputs") && holds.includes("outputs")))
    return decoder.complain(
      `${path}.keepsActivations`,
      "is for a buffer that holds inputs and outputs: what is one layer's output is the next one's input.",
    );
  return {
    name,
    size,
    bandwidth,
    holds,
    isDoubleBuffered,
    ...(keepsActivations && { keepsActivations }),
  };
}

function decodeHolds(
  decoder: Decoder,
  value: unknown,
  path: string,
): readonly Operand[] | undefined {
  if (value === undefined) return operands;
  return decodeNames(decoder, value, path, operands);
}

function decodeNames<T extends string>(
  decoder: Decoder,
  value: unknown,
  path: string,
  allowed: readonly T[],
): readonly T[] | undefined {
  const items = decoder.array(value, path);
  if (items === undefined) return undefined;
  const found = items.map((item, index) => decoder.oneOf(item, `${path}[${index}]`, allowed));
  if (found.length === 0)
    return decoder.complain(path, `should name one or more of ${allowed.join(", ")}.`);
  const known = found.filter((name) => name !== undefined);
  return known.length === found.length ? [...new Set(known)] : undefined;
}

function decodeDram(decoder: Decoder, value: unknown): Dram | undefined {
  if (value === undefined) return { bandwidth: Infinity, energyPerByte: undefined, kind: "ddr" };
  const fields = decoder.object(value, "dram");
  if (fields === undefined) return undefined;
  complainOfUnknown(decoder, fields, "dram", dramFields);
  const bandwidth = optional(decoder, fields, "bandwidth", rules.bandwidth, Infinity, "dram");
  const energyPerByte =
    fields["energyPerByte"] === undefined
      ? undefined
      : decodeQuantity(decoder, fields["energyPerByte"], "dram.energyPerByte", rules.joules);
  const kind =
    fields["kind"] === undefined ? "ddr" : decoder.oneOf(fields["kind"], "dram.kind", dramKinds);
  const size =
    fields["size"] === undefined
      ? undefined
      : decodeQuantity(decoder, fields["size"], "dram.size", rules.size);
  if (bandwidth === undefined || kind === undefined) return undefined;
  return { bandwidth, energyPerByte, kind, ...(size !== undefined && { size }) };
}

export const operands: readonly Operand[] = ["weights", "inputs", "outputs"];
export const dramKinds: readonly DramKind[] = ["ddr", "lpddr", "gddr", "hbm"];
export const acceleratorFields = [
  "$schema",
  "id",
  "name",
  "source",
  "clock",
  "node",
  "supply",
  "cores",
  "engine",
  "precisions",
  "buffers",
  "dram",
  "vectorLanes",
  "fusesLayers",
  "splitsLayers",
  "runs",
  "beside",
] as const;
/** What an engine beside others may say of itself; the rest is as in the whole. */
export const sideFields = [
  "name",
  "clock",
  "supply",
  "cores",
  "engine",
  "precisions",
  "buffers",
  "dram",
  "vectorLanes",
  "runs",
] as const;
const sharedFields = ["id", "source", "clock", "node", "supply", "precisions", "dram"] as const;
export const bufferFields = [
  "name",
  "size",
  "bandwidth",
  "holds",
  "doubleBuffered",
  "keepsActivations",
] as const;
export const dramFields = ["size", "bandwidth", "energyPerByte", "kind"] as const;
