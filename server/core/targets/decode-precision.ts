import { Decoder } from "../base/decode.js";
import type { Outcome } from "../base/problem.js";
import { complainOfUnknown, decodeId, decodeTexts, subjectOf } from "./decode-fields.js";
import type { Precision } from "./precision.js";

/** Reads a file of precisions: a list. Entries that are wrong are left out, the others stay. */
export function decodePrecisions(value: unknown, file = ""): Outcome<readonly Precision[]> {
  const decoder = new Decoder(file === "" ? "Precisions" : `Precisions (${file})`);
  const items = decoder.array(value, "$") ?? [];
  const problems = [...decoder.problems];
  const precisions: Precision[] = [];
  for (const [index, item] of items.entries()) {
    const entry = decodePrecision(item, `[${index}]`, file);
    problems.push(...entry.problems);
    if (entry.value !== undefined) precisions.push(entry.value);
  }
  return { value: precisions, problems };
}

function decodePrecision(
  value: unknown,
  path: string,
  file: string,
): Outcome<Precision | undefined> {
  const decoder = new Decoder(subjectOf("Precision", value, file));
  const fields = decoder.object(value, path);
  return {
    value: fields === undefined ? undefined : precisionOf(decoder, fields, path),
    problems: decoder.problems,
  };
}

function precisionOf(
  decoder: Decoder,
  fields: Readonly<Record<string, unknown>>,
  path: string,
): Precision | undefined {
  complainOfUnknown(decoder, fields, path, fieldNames);
  const bits = (key: string): number | undefined =>
    decoder.number(fields[key], `${path}.${key}`, { low: 1, high: 64 });
  const id = decodeId(decoder, fields["id"], `${path}.id`);
  const name = decoder.string(fields["name"], `${path}.name`);
  const arithmetic = decodeTexts(decoder, fields["arithmetic"], `${path}.arithmetic`);
  const vectorArithmetic = decodeTexts(
    decoder,
    fields["vectorArithmetic"],
    `${path}.vectorArithmetic`,
  );
  const weightBits = bits("weightBits");
  const activationBits = bits("activationBits");
  const cacheBits = bits("cacheBits");
  const quantizesOnTheFly = fields["quantizesOnTheFly"];
  if (typeof quantizesOnTheFly !== "boolean")
    return decoder.complain(`${path}.quantizesOnTheFly`, "should be true or false.");
  const isAutocast = fields["isAutocast"] ?? false;
  if (typeof isAutocast !== "boolean")
    return decoder.complain(`${path}.isAutocast`, "should be true or false.");
  if (
    id === undefined ||
    name === undefined ||
    arithmetic === undefined ||
    vectorArithmetic === undefined ||
    weightBits === undefined ||
    activationBits === undefined ||
    cacheBits === undefined
  )
    return undefined;
  return {
    id,
    name,
    arithmetic,
    vectorArithmetic,
    weightBits,
    activationBits,
    cacheBits,
    quantizesOnTheFly,
    ...(isAutocast && { isAutocast }),
  };
}

const fieldNames = [
  "id",
  "name",
  "arithmetic",
  "vectorArithmetic",
  "weightBits",
  "activationBits",
  "cacheBits",
  "quantizesOnTheFly",
  "isAutocast",
];
