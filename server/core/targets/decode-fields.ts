import type { Decoder } from "../base/decode.js";
import type { Sourced } from "./chip.js";

export interface NumberRule {
  /** What the file must say under `unit`: prefixes are a frequent slip, so only the base unit is taken. */
  readonly unit: string;
  readonly low: number;
  readonly high: number;
}

/** `{value, unit, source, note?}`: a number without its source is not taken. */
export function decodeSourced(
  decoder: Decoder,
  value: unknown,
  path: string,
  rule: NumberRule,
): Sourced | undefined {
  if (value === undefined)
    return decoder.complain(path, `is missing; give \`{value, unit: "${rule.unit}", source}\`.`);
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  complainOfUnknown(decoder, fields, path, ["value", "unit", "source", "note"]);
  const number = decoder.number(fields["value"], `${path}.value`, rule);
  const hasUnit = fields["unit"] === rule.unit;
  if (!hasUnit)
    decoder.complain(`${path}.unit`, `should be \`${rule.unit}\`; convert the value to it.`);
  const source = decodeSource(decoder, fields["source"], `${path}.source`);
  const note =
    fields["note"] === undefined ? undefined : decoder.string(fields["note"], `${path}.note`);
  if (number === undefined || !hasUnit || source === undefined) return undefined;
  return { value: number, unit: rule.unit, source, ...(note === undefined ? {} : { note }) };
}

/** A table of sourced numbers; entries that are wrong are left out, the others stay. */
export function decodeSourcedTable(
  decoder: Decoder,
  value: unknown,
  path: string,
  rule: NumberRule,
): Readonly<Record<string, Sourced>> | undefined {
  if (value === undefined)
    return decoder.complain(path, "is missing; give an object with one entry or more.");
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  const entries: [string, Sourced][] = [];
  for (const [name, entry] of Object.entries(fields)) {
    const sourced = decodeSourced(decoder, entry, `${path}.${name}`, rule);
    if (sourced !== undefined) entries.push([name, sourced]);
  }
  // `fromEntries` defines own properties, so that a key such as `__proto__` stays a plain key.
  return Object.fromEntries(entries);
}

/** A list of texts; a list that is absent where one may be left out is the caller's to handle. */
export function decodeTexts(
  decoder: Decoder,
  value: unknown,
  path: string,
): readonly string[] | undefined {
  if (value === undefined) return decoder.complain(path, "is missing; give a list of names.");
  const items = decoder.array(value, path);
  return items?.flatMap((item, index) => decoder.string(item, `${path}[${index}]`) ?? []);
}

/** Ids become parts of a target's id and names of files: lower case, digits, dots and hyphens. */
export function decodeId(decoder: Decoder, value: unknown, path: string): string | undefined {
  if (value === undefined)
    return decoder.complain(path, "is missing; give a name such as `acme-x1`.");
  const id = decoder.string(value, path);
  if (id === undefined) return undefined;
  return idPattern.test(id)
    ? id
    : decoder.complain(path, "should hold lower-case letters, digits, `.` and `-` only.");
}

/** Misspelt optional keys would otherwise be lost without a word. */
export function complainOfUnknown(
  decoder: Decoder,
  fields: Readonly<Record<string, unknown>>,
  path: string,
  known: readonly string[],
): void {
  for (const key of Object.keys(fields))
    if (!known.includes(key))
      decoder.complain(
        path === "" ? key : `${path}.${key}`,
        `is not a field here; the fields are ${known.join(", ")}.`,
      );
}

/** `Device \`h100\` (chips/h100.json)`: what every complaint about one file starts with. */
export function subjectOf(kind: string, value: unknown, file: string): string {
  const id: unknown =
    typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
  const name = typeof id === "string" && idPattern.test(id) ? ` \`${id}\`` : "";
  return file === "" ? `${kind}${name}` : `${kind}${name} (${file})`;
}

function decodeSource(decoder: Decoder, value: unknown, path: string): string | undefined {
  return value === undefined
    ? decoder.complain(path, "is missing; give the data sheet's title and address.")
    : decoder.string(value, path);
}

const idPattern = /^[a-z0-9][a-z0-9.-]{0,99}$/;
