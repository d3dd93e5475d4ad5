import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeChip } from "../../../server/core/targets/decode-chip.js";
import { decodePrecisions } from "../../../server/core/targets/decode-precision.js";
import { decodeRuntime } from "../../../server/core/targets/decode-runtime.js";
import { chipJson, precisionJson, runtimeJson } from "./fixtures.js";

const check = (value: unknown) => decodeChip(value).problems.map(({ message }) => message);

describe("decoding a chip", () => {
  it("a whole description has no problems and keeps its numbers", () => {
    const { value, problems } = decodeChip(chipJson());
    expect(problems).toEqual([]);
    expect(value?.peaks["float16"]).toEqual({
      value: 4e12,
      unit: "op/s",
      source: "Acme data sheet",
      note: "Dense.",
    });
    expect(value?.memories.map(({ role }) => role)).toEqual(["cache", "ram"]);
    expect(value?.power.typical?.value).toBe(100);
  });

  it("a missing source is named with its path", () => {
    const { value, problems } = decodeChip(
      chipJson({ peaks: { float16: { value: 1e12, unit: "op/s" } } }),
      "chips/acme-x1.json",
    );
    expect(problems).toEqual([
      {
        code: "RP2001",
        severity: "error",
        message:
          "Device `acme-x1` (chips/acme-x1.json): `peaks.float16.source` is missing; give the data sheet's title and address.",
        place: { kind: "path", path: "peaks.float16.source" },
      },
    ]);
    expect(value?.peaks).toEqual({});
  });

  it("all complaints come at once", () => {
    expect(check({ id: "H100", kind: "toaster", memories: 5 })).toMatchInlineSnapshot(`
      [
        "Device: \`id\` should hold lower-case letters, digits, \`.\` and \`-\` only.",
        "Device: \`name\` should be a text that is not empty.",
        "Device: \`vendor\` should be a text that is not empty.",
        "Device: \`kind\` should be one of gpu, cpu, npu, mcu, dpu, fpga, tpu.",
        "Device: \`segment\` should be one of datacenter, workstation, desktop, laptop, phone, embedded, board, microcontroller.",
        "Device: \`peaks\` is missing; give an object with one entry or more.",
        "Device: \`vectorPeaks\` is missing; give an object with one entry or more.",
        "Device: \`memories\` should be a list.",
        "Device: \`runtimes\` is missing; list the runtimes and their precisions.",
      ]
    `);
  });

  it("a prefixed unit is refused", () => {
    expect(check(chipJson({ power: { typical: { value: 1, unit: "mW", source: "s" } } }))).toEqual([
      "Device `acme-x1`: `power.typical.unit` should be `W`; convert the value to it.",
    ]);
  });

  it("a misspelt optional field is named", () => {
    expect(check(chipJson({ powr: {} }))[0]).toMatch(/^Device `acme-x1`: `powr` is not a field/);
  });

  it("a chip without a memory for activations is none", () => {
    const { value, problems } = decodeChip(chipJson({ memories: [] }));
    expect(value).toBeUndefined();
    expect(problems[0]?.message).toMatch(/`memories` should have a level with role/);
  });

  it("a key such as __proto__ stays a plain key", () => {
    const peaks: unknown = JSON.parse(
      '{"__proto__": {"value": 1e12, "unit": "op/s", "source": "s"}}',
    );
    const { value } = decodeChip(chipJson({ peaks }));
    expect(Object.keys(value?.peaks ?? {})).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(value?.peaks)).toBe(Object.prototype);
  });
});

describe("decoding a runtime", () => {
  const complaints = (value: unknown) => decodeRuntime(value).problems.map((p) => p.message);

  it("a whole description has no problems", () => {
    expect(complaints(runtimeJson())).toEqual([]);
    expect(decodeRuntime(runtimeJson()).value?.passes).toEqual(["fold-constants"]);
  });

  it("a pass that is none, a share above one and a missing default are named", () => {
    expect(
      complaints(
        runtimeJson({
          passes: ["fold-sheets"],
          bandwidthEfficiency: { value: 80, unit: "1", source: "s" },
          computeEfficiency: {},
        }),
      ),
    ).toMatchInlineSnapshot(`
      [
        "Runtime \`acme-rt\`: \`bandwidthEfficiency.value\` should lie between 0.0001 and 1; it is 80.",
        "Runtime \`acme-rt\`: \`computeEfficiency.default\` is missing; it serves the kernel kinds that are not listed.",
        "Runtime \`acme-rt\`: \`passes[0]\` should be one of fold-constants, fold-batch-norm, fold-zeros, fuse-activation, fuse-elementwise, fuse-pointwise, merge-bias, merge-products, keep-wide, fuse-quantization, fuse-attention, drop-views, strided-views.",
      ]
    `);
  });
});

describe("decoding precisions", () => {
  it("a wrong entry is left out and the others stay", () => {
    const { value, problems } = decodePrecisions([
      precisionJson(),
      precisionJson({ id: "half", weightBits: 0 }),
    ]);
    expect(value.map(({ id }) => id)).toEqual(["acme-16"]);
    expect(problems.map(({ message }) => message)).toEqual([
      "Precision `half`: `[1].weightBits` should lie between 1 and 64; it is 0.",
    ]);
  });
});

describe("any JSON whatever", () => {
  const mutated = (make: (changes: Record<string, unknown>) => unknown) =>
    fc
      .dictionary(
        fc.constantFrom(...Object.keys(make({}) as object), "__proto__", "constructor"),
        fc.jsonValue(),
      )
      .map((changes) => make(changes));

  it("no decoder throws, and whatever is not taken has a problem", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), mutated(chipJson), mutated(runtimeJson), mutated(precisionJson)),
        (value) => {
          const chip = decodeChip(value);
          const runtime = decodeRuntime(value);
          const precisions = decodePrecisions([value]);
          expect(chip.value !== undefined || chip.problems.length > 0).toBe(true);
          expect(runtime.value !== undefined || runtime.problems.length > 0).toBe(true);
          expect(precisions.value.length === 1 || precisions.problems.length > 0).toBe(true);
          expect(() => decodePrecisions(value)).not.toThrow();
        },
      ),
      { numRuns: 500 },
    );
  });
});
