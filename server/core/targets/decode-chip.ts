import { Decoder } from "../base/decode.js";
import type { Outcome } from "../base/problem.js";
import { decodePasses } from "./decode-runtime.js";
import type { Chip, ChipKind, MemoryLevel, Sourced } from "./chip.js";
import {
  complainOfUnknown,
  decodeId,
  decodeSourced,
  decodeSourcedTable,
  decodeTexts,
  subjectOf,
} from "./decode-fields.js";

/** Reads one chip file. The chip is undefined when what is left of it could not make a target. */
export function decodeChip(value: unknown, file = ""): Outcome<Chip | undefined> {
  const decoder = new Decoder(subjectOf("Device", value, file));
  const fields = decoder.object(value, "$");
  return {
    value: fields === undefined ? undefined : chipOf(decoder, fields),
    problems: decoder.problems,
  };
}

function chipOf(decoder: Decoder, fields: Readonly<Record<string, unknown>>): Chip | undefined {
  complainOfUnknown(decoder, fields, "", fieldNames);
  const id = decodeId(decoder, fields["id"], "id");
  const name = decoder.string(fields["name"], "name");
  const vendor = decoder.string(fields["vendor"], "vendor");
  const kind = decoder.oneOf(fields["kind"], "kind", chipKinds);
  const segment = decoder.oneOf(fields["segment"], "segment", segments);
  const architecture =
    fields["architecture"] === undefined
      ? undefined
      : decoder.string(fields["architecture"], "architecture");
  const computeUnits =
    fields["computeUnits"] === undefined
      ? undefined
      : decodeSourced(decoder, fields["computeUnits"], "computeUnits", unitsRule);
  const peaks = decodeSourcedTable(decoder, fields["peaks"], "peaks", peakRule);
  const vectorPeaks = decodeSourcedTable(decoder, fields["vectorPeaks"], "vectorPeaks", peakRule);
  const memories = decodeMemories(decoder, fields["memories"]);
  const power = decodePower(decoder, fields["power"]);
  const runtimes = decodeRuntimes(decoder, fields["runtimes"]);
  if (
    id === undefined ||
    name === undefined ||
    vendor === undefined ||
    kind === undefined ||
    segment === undefined ||
    peaks === undefined ||
    vectorPeaks === undefined ||
    memories === undefined ||
    runtimes === undefined
  )
    return undefined;
  return {
    id,
    name,
    vendor,
    kind,
    segment,
    ...(architecture === undefined ? {} : { architecture }),
    ...(computeUnits === undefined ? {} : { computeUnits }),
    peaks,
    vectorPeaks,
    memories,
    power,
    runtimes,
  };
}

function decodeMemories(decoder: Decoder, value: unknown): readonly MemoryLevel[] | undefined {
  if (value === undefined)
    return decoder.complain("memories", "is missing; list the levels from nearest to farthest.");
  const items = decoder.array(value, "memories");
  if (items === undefined) return undefined;
  const levels = items.flatMap((item, index) => {
    const level = decodeMemory(decoder, item, `memories[${index}]`);
    return level === undefined ? [] : [level];
  });
  if (levels.some((level) => level.role === "scratchpad" || level.role === "ram")) return levels;
  return decoder.complain(
    "memories",
    "should have a level with role `ram` or `scratchpad`, which holds the activations.",
  );
}

function decodeMemory(decoder: Decoder, value: unknown, path: string): MemoryLevel | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  complainOfUnknown(decoder, fields, path, ["name", "role", "size", "bandwidth"]);
  const name = decoder.string(fields["name"], `${path}.name`);
  const role = decoder.oneOf(fields["role"], `${path}.role`, memoryRoles);
  const size = decodeSourced(decoder, fields["size"], `${path}.size`, sizeRule);
  const bandwidth = decodeSourced(decoder, fields["bandwidth"], `${path}.bandwidth`, bandwidthRule);
  if (name === undefined || role === undefined || size === undefined || bandwidth === undefined)
    return undefined;
  return { name, role, size, bandwidth };
}

/** Power may be left out: energy is then not stated. */
function decodePower(decoder: Decoder, value: unknown): Chip["power"] {
  if (value === undefined) return {};
  const fields = decoder.object(value, "power");
  if (fields === undefined) return {};
  complainOfUnknown(decoder, fields, "power", ["typical", "idle"]);
  const one = (name: "typical" | "idle"): Sourced | undefined =>
    fields[name] === undefined
      ? undefined
      : decodeSourced(decoder, fields[name], `power.${name}`, powerRule);
  const typical = one("typical");
  const idle = one("idle");
  return {
    ...(typical === undefined ? {} : { typical }),
    ...(idle === undefined ? {} : { idle }),
  };
}

function decodeRuntimes(decoder: Decoder, value: unknown): Chip["runtimes"] | undefined {
  if (value === undefined)
    return decoder.complain("runtimes", "is missing; list the runtimes and their precisions.");
  return decoder.array(value, "runtimes")?.flatMap((item, index) => {
    const path = `runtimes[${index}]`;
    const fields = decoder.object(item, path);
    if (fields === undefined) return [];
    complainOfUnknown(decoder, fields, path, [
      "runtime",
      "precisions",
      "kernelOverhead",
      "passes",
      "engine",
    ]);
    const runtime = decodeId(decoder, fields["runtime"], `${path}.runtime`);
    const precisions = decodeTexts(decoder, fields["precisions"], `${path}.precisions`);
    const kernelOverhead =
      fields["kernelOverhead"] === undefined
        ? undefined
        : decodeSourced(decoder, fields["kernelOverhead"], `${path}.kernelOverhead`, secondsRule);
    if (runtime === undefined || precisions === undefined) return [];
    const passes =
      fields["passes"] === undefined
        ? undefined
        : decodePasses(decoder, fields["passes"], `${path}.passes`);
    const engine =
      fields["engine"] === undefined
        ? undefined
        : decoder.string(fields["engine"], `${path}.engine`);
    return [
      {
        runtime,
        precisions,
        ...(kernelOverhead === undefined ? {} : { kernelOverhead }),
        ...(passes === undefined ? {} : { passes }),
        ...(engine === undefined ? {} : { engine }),
      },
    ];
  });
}

const fieldNames = [
  "id",
  "name",
  "vendor",
  "kind",
  "segment",
  "architecture",
  "computeUnits",
  "peaks",
  "vectorPeaks",
  "memories",
  "power",
  "runtimes",
];
const chipKinds: readonly ChipKind[] = ["gpu", "cpu", "npu", "mcu", "dpu", "fpga", "tpu"];
const segments = [
  "datacenter",
  "workstation",
  "desktop",
  "laptop",
  "phone",
  "embedded",
  "board",
  "microcontroller",
] as const;
const memoryRoles: readonly MemoryLevel["role"][] = ["cache", "scratchpad", "ram", "flash"];

// Bounds catch slips of a prefix (312 for 312e12), not unusual hardware.
const peakRule = { unit: "op/s", low: 1e5, high: 1e19 };
const sizeRule = { unit: "B", low: 256, high: 1e15 };
const bandwidthRule = { unit: "B/s", low: 1e5, high: 1e16 };
const unitsRule = { unit: "1", low: 1, high: 1e6 };
const secondsRule = { unit: "s", low: 0, high: 10 };
const powerRule = { unit: "W", low: 1e-6, high: 1e5 };
