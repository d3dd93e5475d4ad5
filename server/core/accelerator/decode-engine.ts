import type { Decoder } from "../base/decode.js";
import { complainOfUnknown } from "../targets/decode-fields.js";
import type {
  ArrayEngine,
  AttentionSchedule,
  BankEngine,
  CrossbarEngine,
  Dataflow,
  Engine,
  Interconnect,
  MultiplierStyle,
  RowSets,
  SoftmaxPlace,
  StreamingEngine,
} from "./accelerator.js";
import { decodeFlag, optional, required, rules } from "./file-fields.js";

type Fields = Readonly<Record<string, unknown>>;

export const engineKinds: readonly Engine["kind"][] = ["array", "streaming", "crossbar", "bank"];
export const dataflows: readonly Dataflow[] = [
  "weight-stationary",
  "output-stationary",
  "input-stationary",
  "row-stationary",
];
export const multiplierStyles: readonly MultiplierStyle[] = [
  "parallel",
  "bit-serial",
  "l-mul",
  "encoded",
  "approximate-normalization",
];
export const interconnects: readonly Interconnect[] = ["systolic", "broadcast"];
export const attentionSchedules: readonly AttentionSchedule[] = [
  "unfused",
  "sequential",
  "pipelined",
];
export const rowSetKinds: readonly RowSets[] = ["free", "stacked"];
export const softmaxPlaces: readonly SoftmaxPlace[] = ["vector", "array"];

/** Fields of each kind; the JSON schema is checked against them. */
export const engineFields = {
  array: [
    "kind",
    "rows",
    "columns",
    "dataflow",
    "lanes",
    "pipelined",
    "packsGroups",
    "rowSets",
    "registers",
    "fillWords",
    "interconnect",
    "attentionPasses",
    "attentionSchedule",
    "softmaxOn",
    "exponentialCycles",
    "multiplier",
  ],
  streaming: ["kind", "multipliers"],
  crossbar: [
    "kind",
    "rows",
    "columns",
    "count",
    "cellBits",
    "dacBits",
    "columnsPerConverter",
    "converterCycles",
    "converterEnergy",
    "cellEnergy",
  ],
  bank: [
    "kind",
    "channels",
    "banksPerChannel",
    "multipliersPerBank",
    "columnCycles",
    "rowBytes",
    "activateCycles",
    "activateEnergy",
  ],
} as const satisfies Record<Engine["kind"], readonly string[]>;

export function decodeEngine(decoder: Decoder, value: unknown): Engine | undefined {
  if (value === undefined)
    return decoder.complain(
      "engine",
      'is missing; give for example `{"kind": "array", "rows": 16, "columns": 16, "dataflow": "weight-stationary"}`.',
    );
  const fields = decoder.object(value, "engine");
  if (fields === undefined) return undefined;
  const kind =
    fields["kind"] === undefined
      ? "array"
      : decoder.oneOf(fields["kind"], "engine.kind", engineKinds);
  if (kind === undefined) return undefined;
  complainOfUnknown(decoder, fields, "engine", engineFields[kind]);
  switch (kind) {
    case "array":
      return arrayOf(decoder, fields);
    case "streaming":
      return streamingOf(decoder, fields);
    case "crossbar":
      return crossbarOf(decoder, fields);
    case "bank":
      return bankOf(decoder, fields);
  }
}

function arrayOf(decoder: Decoder, fields: Fields): ArrayEngine | undefined {
  const rows = required(
    decoder,
    fields,
    "rows",
    rules.extent,
    "give the rows of elements",
    "engine",
  );
  const columns = required(
    decoder,
    fields,
    "columns",
    rules.extent,
    "give the columns of elements",
    "engine",
  );
  const dataflow =
    fields["dataflow"] === undefined
      ? decoder.complain<Dataflow>(
          "engine.dataflow",
          `is missing; give one of ${dataflows.join(", ")}.`,
        )
      : decoder.oneOf(fields["dataflow"], "engine.dataflow", dataflows);
  const lanes = optional(decoder, fields, "lanes", rules.lanes, 1, "engine");
  const isPipelined = decodeFlag(decoder, fields, "pipelined", true, "engine");
  const packsGroups = decodeFlag(decoder, fields, "packsGroups", true, "engine");
  const registers = decodeRegisters(decoder, fields["registers"], dataflow);
  const fillWords = optional(decoder, fields, "fillWords", rules.words, 0, "engine");
  const passes = optional(
    decoder,
    fields,
    "attentionPasses",
    { unit: "", low: 1, high: 3, isWhole: true },
    3,
    "engine",
  );
  const exponentialCycles = optional(
    decoder,
    fields,
    "exponentialCycles",
    rules.extent,
    2,
    "engine",
  );
  const chosen = <Name extends string>(
    key: string,
    names: readonly Name[],
    fallback: Name,
  ): Name | undefined =>
    fields[key] === undefined ? fallback : decoder.oneOf(fields[key], `engine.${key}`, names);
  const multiplier = chosen("multiplier", multiplierStyles, "parallel");
  const interconnect = chosen("interconnect", interconnects, "systolic");
  const rowSets = chosen("rowSets", rowSetKinds, "free");
  const softmaxOn = chosen("softmaxOn", softmaxPlaces, "vector");
  const attentionSchedule =
    fields["attentionSchedule"] === undefined
      ? "by passes"
      : decoder.oneOf(fields["attentionSchedule"], "engine.attentionSchedule", attentionSchedules);
  if (
    rows === undefined ||
    columns === undefined ||
    dataflow === undefined ||
    lanes === undefined ||
    isPipelined === undefined ||
    packsGroups === undefined ||
    rowSets === undefined ||
    registers === undefined ||
    fillWords === undefined ||
    passes === undefined ||
    exponentialCycles === undefined ||
    interconnect === undefined ||
    softmaxOn === undefined ||
    attentionSchedule === undefined ||
    multiplier === undefined
  )
    return undefined;
  return {
    kind: "array",
    rows,
    columns,
    dataflow,
    lanes,
    isPipelined,
    packsGroups,
    rowSets,
    registers,
    fillWords,
    interconnect,
    attentionPasses: passes === 1 ? 1 : passes === 2 ? 2 : 3,
    ...(attentionSchedule !== "by passes" && { attentionSchedule }),
    softmaxOn,
    exponentialCycles,
    multiplier,
  };
}

function decodeRegisters(
  decoder: Decoder,
  value: unknown,
  dataflow: Dataflow | undefined,
): ArrayEngine["registers"] | undefined {
  const own = defaultRegisters[dataflow ?? "weight-stationary"];
  if (value === undefined) return own;
  const fields = decoder.object(value, "engine.registers");
  if (fields === undefined) return undefined;
  complainOfUnknown(decoder, fields, "engine.registers", ["weights", "inputs", "outputs"]);
  const word = (key: "weights" | "inputs" | "outputs"): number | undefined =>
    optional(decoder, fields, key, { ...rules.words, low: 1 }, own[key], "engine.registers");
  const weights = word("weights");
  const inputs = word("inputs");
  const outputs = word("outputs");
  if (weights === undefined || inputs === undefined || outputs === undefined) return undefined;
  return { weights, inputs, outputs };
}

/** One word each where an element only passes operands on; Eyeriss' scratchpads (JSSC 2017, section V) for rows. */
const defaultRegisters: Readonly<Record<Dataflow, ArrayEngine["registers"]>> = {
  "weight-stationary": { weights: 1, inputs: 1, outputs: 1 },
  "output-stationary": { weights: 1, inputs: 1, outputs: 1 },
  "input-stationary": { weights: 1, inputs: 1, outputs: 1 },
  "row-stationary": { weights: 224, inputs: 12, outputs: 24 },
};

function streamingOf(decoder: Decoder, fields: Fields): StreamingEngine | undefined {
  const multipliers = required(
    decoder,
    fields,
    "multipliers",
    rules.count,
    "give the multiply-accumulates a cycle that all layers share",
    "engine",
  );
  return multipliers === undefined ? undefined : { kind: "streaming", multipliers };
}

function crossbarOf(decoder: Decoder, fields: Fields): CrossbarEngine | undefined {
  const bits = { unit: "", low: 1, high: 32, isWhole: true } as const;
  const number = (
    key: string,
    rule: (typeof rules)[keyof typeof rules] | typeof bits,
    advice: string,
  ) => required(decoder, fields, key, rule, advice, "engine");
  const rows = number("rows", rules.extent, "give the word lines of a crossbar");
  const columns = number("columns", rules.extent, "give the bit lines of a crossbar");
  const count = number("count", rules.count, "give the crossbars on the chip");
  const cellBits = number("cellBits", bits, "give the bits that a cell holds");
  const dacBits = number("dacBits", bits, "give the bits of an activation that are driven at once");
  const columnsPerConverter = number(
    "columnsPerConverter",
    rules.extent,
    "give the columns that share a converter",
  );
  const converterCycles = optional(decoder, fields, "converterCycles", rules.extent, 1, "engine");
  const converterEnergy = number(
    "converterEnergy",
    rules.joules,
    "give the joules of a conversion",
  );
  const cellEnergy = number("cellEnergy", rules.joules, "give the joules of driving one cell");
  if (
    rows === undefined ||
    columns === undefined ||
    count === undefined ||
    cellBits === undefined ||
    dacBits === undefined ||
    columnsPerConverter === undefined ||
    converterCycles === undefined ||
    converterEnergy === undefined ||
    cellEnergy === undefined
  )
    return undefined;
  return {
    kind: "crossbar",
    rows,
    columns,
    count,
    cellBits,
    dacBits,
    columnsPerConverter,
    converterCycles,
    converterEnergy,
    cellEnergy,
  };
}

function bankOf(decoder: Decoder, fields: Fields): BankEngine | undefined {
  const number = (key: string, rule: (typeof rules)[keyof typeof rules], advice: string) =>
    required(decoder, fields, key, rule, advice, "engine");
  const channels = number("channels", rules.cores, "give the channels of the DRAM");
  const banksPerChannel = number("banksPerChannel", rules.cores, "give the banks of a channel");
  const multipliersPerBank = number(
    "multipliersPerBank",
    rules.extent,
    "give the multipliers beside a bank",
  );
  const columnCycles = optional(decoder, fields, "columnCycles", rules.extent, 1, "engine");
  const rowBytes = number("rowBytes", rules.size, "give the bytes of a bank's row");
  const activateCycles = number(
    "activateCycles",
    rules.extent,
    "give the cycles from closing a row to the next one's first column",
  );
  const activateEnergy = optional(decoder, fields, "activateEnergy", rules.joules, 0, "engine");
  if (
    channels === undefined ||
    banksPerChannel === undefined ||
    multipliersPerBank === undefined ||
    columnCycles === undefined ||
    rowBytes === undefined ||
    activateCycles === undefined ||
    activateEnergy === undefined
  )
    return undefined;
  return {
    kind: "bank",
    channels,
    banksPerChannel,
    multipliersPerBank,
    columnCycles,
    rowBytes,
    activateCycles,
    activateEnergy,
  };
}
