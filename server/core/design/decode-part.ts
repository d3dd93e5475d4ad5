import { Decoder } from "../base/decode.js";
import type { Outcome } from "../base/problem.js";
import { resourceKinds } from "./design.js";
import type { DspStages, GateEnergy, Part, PartFamily, TimingTable, VendorFactor } from "./part.js";

/** Reads one file of parts. */
export function decodePartFamily(value: unknown, file: string): Outcome<PartFamily | undefined> {
  const decoder = new Decoder(`Parts \`${file}\``);
  const fields = decoder.object(value, "$");
  return {
    value: fields === undefined ? undefined : familyOf(decoder, fields),
    problems: decoder.problems,
  };
}

function familyOf(
  decoder: Decoder,
  fields: Readonly<Record<string, unknown>>,
): PartFamily | undefined {
  const id = decoder.string(fields["id"], "id");
  const name = decoder.string(fields["name"], "name");
  const vendor = decoder.string(fields["vendor"], "vendor");
  const lutInputs = decoder.number(fields["lutInputs"], "lutInputs", { low: 0, high: 8 });
  const dsp = fields["dsp"] === undefined ? undefined : decoder.string(fields["dsp"], "dsp");
  const parts = decoder.array(fields["parts"], "parts");
  if (
    id === undefined ||
    name === undefined ||
    vendor === undefined ||
    lutInputs === undefined ||
    parts === undefined
  )
    return undefined;
  return {
    id,
    name,
    vendor,
    lutInputs,
    dsp,
    blockRam: memoryOf(decoder, fields["blockRam"], "blockRam"),
    ultraRam: memoryOf(decoder, fields["ultraRam"], "ultraRam"),
    factors: factorsOf(decoder, fields["factors"]),
    timing: timingOf(decoder, fields["timing"]),
    parts: parts.flatMap((part, index) => partOf(decoder, part, `parts[${index}]`, id) ?? []),
  };
}

function memoryOf(decoder: Decoder, value: unknown, path: string): PartFamily["blockRam"] {
  if (value === undefined) return undefined;
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  const name = decoder.string(fields["name"], `${path}.name`);
  const bits = decoder.number(fields["bits"], `${path}.bits`, { low: 1, high: 1 << 24 });
  return name === undefined || bits === undefined ? undefined : { name, bits };
}

function factorsOf(decoder: Decoder, value: unknown): PartFamily["factors"] {
  if (value === undefined) return {};
  const fields = decoder.object(value, "factors") ?? {};
  const factors: Partial<Record<(typeof resourceKinds)[number], VendorFactor>> = {};
  for (const kind of resourceKinds) {
    if (fields[kind] === undefined) continue;
    const path = `factors.${kind}`;
    const one = decoder.object(fields[kind], path) ?? {};
    const [factor, low, high] = ["value", "low", "high"].map((key) =>
      decoder.number(one[key], `${path}.${key}`, { low: 0.01, high: 100 }),
    );
    const source = decoder.string(one["source"], `${path}.source`);
    if (factor !== undefined && low !== undefined && high !== undefined && source !== undefined)
      factors[kind] = { value: factor, low, high, source };
  }
  return factors;
}

const timingKeys = [
  ...["lut", "net", "fanout", "clockToOutput", "setup", "carryIn", "carry", "carryOut"],
  ...["dsp", "dspClock", "memoryClock", "period", "vendor", "low", "high"],
] as const;

function timingOf(decoder: Decoder, value: unknown): TimingTable | undefined {
  if (value === undefined) return undefined;
  const fields = decoder.object(value, "timing");
  if (fields === undefined) return undefined;
  const source = decoder.string(fields["source"], "timing.source") ?? "";
  const numbers = Object.fromEntries(
    timingKeys.map((key) => [
      key,
      decoder.number(fields[key], `timing.${key}`, { low: 0, high: 1000 }) ?? 0,
    ]),
  ) as unknown as Omit<TimingTable, "grades" | "source">;
  const grades: Record<string, number> = {};
  for (const [grade, factor] of Object.entries(
    decoder.object(fields["grades"] ?? {}, "timing.grades") ?? {},
  ))
    grades[grade] = decoder.number(factor, `timing.grades.${grade}`, { low: 0.1, high: 10 }) ?? 1;
  const dspStages = dspStagesOf(decoder, fields["dspStages"]);
  return { ...numbers, ...(dspStages !== undefined && { dspStages }), grades, source };
}

const stageKeys = [
  ...["input", "toMultiplier", "toOutput", "addend", "fromInput", "fromMultiplier"],
  ...["fromOutput", "period", "longPeriod"],
] as const;

function dspStagesOf(decoder: Decoder, value: unknown): DspStages | undefined {
  if (value === undefined) return undefined;
  const fields = decoder.object(value, "timing.dspStages") ?? {};
  return Object.fromEntries(
    stageKeys.map((key) => [
      key,
      decoder.number(fields[key], `timing.dspStages.${key}`, { low: 0, high: 1000 }) ?? 0,
    ]),
  ) as unknown as DspStages;
}

function partOf(
  decoder: Decoder,
  value: unknown,
  path: string,
  familyId: string,
): Part | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  const id = decoder.string(fields["id"], `${path}.id`);
  const source = decoder.string(fields["source"], `${path}.source`);
  const speed =
    fields["speed"] === undefined
      ? 1
      : (decoder.number(fields["speed"], `${path}.speed`, { low: 0.1, high: 10 }) ?? 1);
  const box =
    fields["package"] === undefined
      ? undefined
      : decoder.string(fields["package"], `${path}.package`);
  const gateEnergy = gateEnergyOf(decoder, fields["gateEnergy"], `${path}.gateEnergy`);
  const capacity: Record<string, number> = {};
  for (const kind of resourceKinds) {
    if (fields[kind] === undefined) continue;
    const count = decoder.number(fields[kind], `${path}.${kind}`, { low: 0, high: 1e9 });
    if (count !== undefined) capacity[kind] = count;
  }
  return id === undefined || source === undefined
    ? undefined
    : {
        id,
        familyId,
        capacity,
        speed,
        source,
        ...(box !== undefined && { package: box }),
        ...(gateEnergy !== undefined && { gateEnergy }),
      };
}

function gateEnergyOf(decoder: Decoder, value: unknown, path: string): GateEnergy | undefined {
  const fields = value === undefined ? undefined : decoder.object(value, path);
  if (fields === undefined) return undefined;
  const number = (key: string, high: number): number | undefined =>
    decoder.number(fields[key], `${path}.${key}`, { low: 0, high });
  const node = number("node", 1000);
  const joules = number("joules", 1e-9);
  const low = number("low", 1e-9);
  const high = number("high", 1e-9);
  if (node === undefined || joules === undefined || low === undefined || high === undefined)
    return undefined;
  const leakageWatts = fields["leakageWatts"] === undefined ? undefined : number("leakageWatts", 1);
  return { node, joules, low, high, ...(leakageWatts !== undefined && { leakageWatts }) };
}
