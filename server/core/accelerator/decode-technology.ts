import { Decoder } from "../base/decode.js";
import type { Outcome } from "../base/problem.js";
import { complainOfUnknown, decodeSourced, decodeSourcedTable } from "../targets/decode-fields.js";
import type { Sourced } from "../targets/chip.js";
import type { Technology, TechnologyNode } from "./technology.js";

/** Reads the table of operations. Undefined when a part without which nothing can be told is missing. */
export function decodeTechnology(value: unknown, file = ""): Outcome<Technology | undefined> {
  const decoder = new Decoder(file === "" ? "Technology" : `Technology (${file})`);
  const fields = decoder.object(value, "$");
  if (fields === undefined) return { value: undefined, problems: decoder.problems };
  complainOfUnknown(decoder, fields, "", ["nodes", "multipliers", "dram", "flipFlopArea"]);
  const nodes = decoder
    .array(fields["nodes"], "nodes")
    ?.flatMap((item, index) => nodeOf(decoder, item, `nodes[${index}]`) ?? []);
  const dram = decodeSourcedTable(decoder, fields["dram"], "dram", perByte);
  const multipliers = multipliersOf(decoder, fields["multipliers"]);
  const flipFlopArea = decodeSourced(decoder, fields["flipFlopArea"], "flipFlopArea", area);
  const isWhole =
    nodes !== undefined &&
    dram !== undefined &&
    multipliers !== undefined &&
    flipFlopArea !== undefined;
  return {
    value: isWhole ? { nodes, dram, multipliers, flipFlopArea } : undefined,
    problems: decoder.problems,
  };
}

function nodeOf(decoder: Decoder, value: unknown, path: string): TechnologyNode | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  complainOfUnknown(decoder, fields, path, [
    "node",
    "multiply",
    "add",
    "multiplyArea",
    "addArea",
    "sram",
    "bitArea",
    "density",
  ]);
  const node = decoder.number(fields["node"], `${path}.node`, { low: 1, high: 1000 });
  const table = (key: string, rule: typeof area) =>
    decodeSourcedTable(decoder, fields[key], `${path}.${key}`, rule);
  const multiply = table("multiply", joules);
  const add = table("add", joules);
  const multiplyArea = table("multiplyArea", area);
  const addArea = table("addArea", area);
  const sram = decoder.array(fields["sram"], `${path}.sram`)?.flatMap((item, index) => {
    const place = `${path}.sram[${index}]`;
    const entry = decoder.object(item, place);
    if (entry === undefined) return [];
    const bytes = decoder.number(entry["bytes"], `${place}.bytes`, { low: 1, high: 1e12 });
    const energy = decodeSourced(decoder, entry["energy"], `${place}.energy`, perByte);
    return bytes === undefined || energy === undefined ? [] : [{ bytes, energy }];
  });
  if (
    node === undefined ||
    multiply === undefined ||
    add === undefined ||
    multiplyArea === undefined ||
    addArea === undefined ||
    sram === undefined
  )
    return undefined;
  const optional = (key: string, rule: typeof area): Sourced | undefined =>
    fields[key] === undefined
      ? undefined
      : decodeSourced(decoder, fields[key], `${path}.${key}`, rule);
  return {
    node,
    multiply,
    add,
    multiplyArea,
    addArea,
    sram,
    bitArea: optional("bitArea", area),
    density: optional("density", perArea),
  };
}

function multipliersOf(decoder: Decoder, value: unknown): Technology["multipliers"] | undefined {
  const fields = decoder.object(value, "multipliers");
  if (fields === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, item]) => {
      const path = `multipliers.${name}`;
      const entry = decoder.object(item, path);
      const factorOf = (key: string) =>
        decodeSourced(decoder, entry?.[key], `${path}.${key}`, factor);
      const [ownArea, energy] = [factorOf("area"), factorOf("energy")];
      return ownArea === undefined || energy === undefined
        ? []
        : [[name, { area: ownArea, energy }]];
    }),
  );
}

const joules = { unit: "J", low: 1e-18, high: 1e-6 };
const area = { unit: "m2", low: 1e-18, high: 1e-6 };
const perByte = { unit: "J/B", low: 1e-18, high: 1e-6 };
const perArea = { unit: "1/m2", low: 1e9, high: 1e18 };
const factor = { unit: "1", low: 1e-3, high: 1e3 };
