import { Decoder } from "../base/decode.js";
import type { Outcome } from "../base/problem.js";
import type { Sourced } from "../targets/chip.js";
import {
  complainOfUnknown,
  decodeSourced,
  decodeTexts,
  type NumberRule,
} from "../targets/decode-fields.js";
import type {
  AllocationName,
  GpuCapability,
  LatencyName,
  LimitName,
  RateName,
} from "./gpu-device.js";
import type { ArithmeticPipe } from "./gpu-kernel.js";

/** Reads one file of `server/data/gpu`; undefined when a number without which nothing can be told is missing. */
export function decodeCapability(value: unknown, file = ""): Outcome<GpuCapability | undefined> {
  const decoder = new Decoder(file === "" ? "Compute capability" : `Compute capability (${file})`);
  const fields = decoder.object(value, "$");
  if (fields === undefined) return { value: undefined, problems: decoder.problems };
  complainOfUnknown(decoder, fields, "", fieldNames);
  const computeCapability = decoder.string(fields["computeCapability"], "computeCapability");
  const texts = (name: string): readonly string[] =>
    fields[name] === undefined ? [] : (decodeTexts(decoder, fields[name], name) ?? []);
  const limits = tableOf(decoder, fields["limits"], "limits", limitRules);
  const allocation = tableOf(decoder, fields["allocation"], "allocation", allocationRules);
  const perClock = tableOf(decoder, fields["perClock"], "perClock", rateRules, pipeRules);
  const latency = tableOf(decoder, fields["latency"], "latency", latencyRules);
  const l1Bytes = decodeSourced(decoder, fields["l1Bytes"], "l1Bytes", bytes);
  const mmaShare = decodeSourced(decoder, fields["mmaShare"], "mmaShare", share);
  const isWhole =
    computeCapability !== undefined &&
    limits !== undefined &&
    allocation !== undefined &&
    perClock !== undefined &&
    latency !== undefined &&
    l1Bytes !== undefined &&
    mmaShare !== undefined;
  return {
    value: isWhole
      ? {
          computeCapability,
          architectures: texts("architectures"),
          chips: texts("chips"),
          limits,
          allocation,
          perClock,
          latency,
          l1Bytes,
          mmaShare,
        }
      : undefined,
    problems: decoder.problems,
  };
}

type Rules<Name extends string> = Readonly<Record<Name, NumberRule>>;

/** All of `needed`, and what there is of `more`; undefined when one of the needed is missing or wrong. */
function tableOf<Needed extends string, More extends string = never>(
  decoder: Decoder,
  value: unknown,
  path: string,
  needed: Rules<Needed>,
  more?: Rules<More>,
): (Readonly<Record<Needed, Sourced>> & Readonly<Partial<Record<More, Sourced>>>) | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  const rules: Readonly<Record<string, NumberRule>> = { ...needed, ...more };
  complainOfUnknown(decoder, fields, path, Object.keys(rules));
  const found: Record<string, Sourced> = {};
  for (const [name, rule] of Object.entries(rules)) {
    const isOptional = more !== undefined && name in more && fields[name] === undefined;
    const sourced = isOptional
      ? undefined
      : decodeSourced(decoder, fields[name], `${path}.${name}`, rule);
    if (sourced !== undefined) found[name] = sourced;
  }
  const isWhole = Object.keys(needed).every((name) => found[name] !== undefined);
  return isWhole ? (found as ReturnType<typeof tableOf<Needed, More>>) : undefined;
}

const fieldNames = [
  "computeCapability",
  "architectures",
  "chips",
  "limits",
  "allocation",
  "perClock",
  "latency",
  "l1Bytes",
  "mmaShare",
];
const count = { unit: "1", low: 1, high: 1e6 };
const bytes = { unit: "B", low: 0, high: 1e8 };
const cycles = { unit: "cycle", low: 1, high: 1e5 };
const share = { unit: "1", low: 0.01, high: 1 };
const limitRules: Rules<LimitName> = {
  threadsPerSm: count,
  blocksPerSm: count,
  threadsPerBlock: count,
  registersPerSm: count,
  registersPerBlock: count,
  registersPerThread: count,
  sharedPerSm: bytes,
  sharedPerBlock: bytes,
};
const allocationRules: Rules<AllocationName> = {
  registers: count,
  warps: count,
  shared: bytes,
  sharedReserved: bytes,
};
const rateRules: Rules<RateName> = {
  instructions: count,
  loadStore: count,
  l2Bytes: bytes,
};
const pipeRules: Rules<ArithmeticPipe> = {
  float32: count,
  float16: count,
  float64: count,
  int32: count,
  special: count,
  convert: count,
  shuffle: count,
};
const latencyRules: Rules<LatencyName> = {
  l1: cycles,
  l2: cycles,
  dram: cycles,
  shared: cycles,
  arithmetic: cycles,
  tensor: cycles,
};
