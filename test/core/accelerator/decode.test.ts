import { readdirSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  acceleratorFields,
  bufferFields,
  dramFields,
} from "../../../server/core/accelerator/decode-accelerator.js";
import { decodeAccelerator } from "../../../server/core/accelerator/decode-accelerator.js";
import { engineFields } from "../../../server/core/accelerator/decode-engine.js";
import { precisionFields } from "../../../server/core/accelerator/decode-precisions.js";
import { parseQuantity } from "../../../server/core/accelerator/quantity.js";
import { parseAccelerator, readAcceleratorFile } from "../../../server/io/accelerator-file.js";

const folder = "server/data/accelerators";

test.each(readdirSync(folder))("%s is read without a complaint", (name) => {
  const { value, problems } = readAcceleratorFile(`${folder}/${name}`);
  expect(problems).toEqual([]);
  expect(`${value?.id}.accelerator.json`).toBe(name);
});

/** Each complaint with the text that it stands at. */
function check(text: string): readonly string[] {
  const { problems } = parseAccelerator(text, "x");
  return problems.map(({ message, place }) => {
    const span = place?.kind === "text" ? place.span : undefined;
    return `${span === undefined ? "?" : text.slice(span.start, span.end)} | ${message}`;
  });
}

test("what is wrong stands at its place in the text", () => {
  const text = `{
    "id": "x", "clock": "200 MB", "node": 28, // comment
    "engine": { "rows": 0, "columns": 4.5, "dataflow": "weight-stationary", "colour": 1 },
    "precisions": ["int8", "int8"],
    "buffers": [{ "name": "a", "size": -1 }, { "size": "1 KiB", "holds": ["weight"] }]
  }`;
  expect(check(text)).toMatchInlineSnapshot(`
    [
      ""200 MB" | Accelerator \`x\` (x, line 2): \`clock\` should be a number of Hz, or a text such as "200 MHz".",
      "1 | Accelerator \`x\` (x, line 3): \`engine.colour\` is not a field here; the fields are kind, rows, columns, dataflow, lanes, pipelined, packsGroups, rowSets, registers, fillWords, interconnect, attentionPasses, attentionSchedule, softmaxOn, exponentialCycles, multiplier.",
      "0 | Accelerator \`x\` (x, line 3): \`engine.rows\` should lie between 1 and 65536; it is 0.",
      "4.5 | Accelerator \`x\` (x, line 3): \`engine.columns\` should be a whole number; it is 4.5.",
      ""int8" | Accelerator \`x\` (x, line 4): \`precisions[1]\` names \`int8\` a second time.",
      "-1 | Accelerator \`x\` (x, line 5): \`buffers[0].size\` should lie between 16 and 17592186044416; it is -1.",
    ]
  `);
});

test("what is missing is asked for; text that is no JSON is named with its line", () => {
  expect(check("{}").map((line) => line.split("|")[1])).toHaveLength(6);
  expect(check("{}")[3]).toContain("`engine` is missing; give for example");
  expect(check('{\n "id": }')[0]).toContain("is not JSON: ValueExpected, line 2.");
  expect(check("")[0]).toContain("is not JSON");
  expect(check("[".repeat(100_000))[0]).toContain("nested more than 64 levels deep");
});

test("quantities", () => {
  expect(parseQuantity("108 KiB", "B")).toBe(108 * 1024);
  expect(parseQuantity("64Ki", "B")).toBe(65536);
  expect(parseQuantity("25.6 GB/s", "B/s")).toBe(25.6e9);
  expect(parseQuantity("200 MHz", "Hz")).toBe(2e8);
  expect(parseQuantity("1.5 pJ", "J")).toBeCloseTo(1.5e-12, 20);
  expect(parseQuantity("200 MB", "Hz")).toBeUndefined();
  expect(parseQuantity("-3", "")).toBeUndefined();
});

test("any JSON ends in an accelerator or in problems, any text in no throw", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const { value: found, problems } = decodeAccelerator(value);
      expect(found !== undefined || problems.length > 0).toBe(true);
    }),
    { numRuns: 200, seed: 3 },
  );
  const whole = readFileSync(`${folder}/eyeriss.accelerator.json`, "utf8");
  fc.assert(
    fc.property(fc.integer({ min: 0, max: whole.length - 2 }), (length) => {
      const { value, problems } = parseAccelerator(whole.slice(0, length), "x");
      expect(value !== undefined || problems.length > 0).toBe(true);
    }),
    { numRuns: 100, seed: 3 },
  );
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

test("the schema that completes in the editor has the fields that are read", () => {
  const schema = JSON.parse(readFileSync("media/accelerator.schema.json", "utf8")) as Schema;
  const keys = (of: Schema | undefined): readonly string[] =>
    Object.keys(of?.properties ?? {}).sort();
  const { properties } = schema;
  expect(keys(schema)).toEqual([...acceleratorFields].sort());
  expect(keys(properties?.["buffers"]?.items)).toEqual([...bufferFields].sort());
  expect(keys(properties?.["dram"])).toEqual([...dramFields].sort());
  expect(keys(properties?.["precisions"]?.items?.anyOf?.[1])).toEqual([...precisionFields].sort());
  const engines = properties?.["engine"]?.anyOf ?? [];
  expect(engines.map(keys)).toEqual(
    Object.values(engineFields).map((fields) => [...fields].sort()),
  );
});
