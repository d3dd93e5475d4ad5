import { Decoder } from "../base/decode.js";
import type { Outcome } from "../base/problem.js";
import { resourceKinds } from "./design.js";
import type { Part, PartFamily } from "./part.js";

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
  const capacity: Record<string, number> = {};
  for (const kind of resourceKinds) {
    if (fields[kind] === undefined) continue;
    const count = decoder.number(fields[kind], `${path}.${kind}`, { low: 0, high: 1e9 });
    if (count !== undefined) capacity[kind] = count;
  }
  return id === undefined || source === undefined ? undefined : { id, familyId, capacity, source };
}
