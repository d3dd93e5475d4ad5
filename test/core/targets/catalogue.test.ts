import { describe, expect, it } from "vitest";
import { buildCatalogue, peakOf } from "../../../server/core/targets/catalogue.js";
import { decodeChip } from "../../../server/core/targets/decode-chip.js";
import { decodePrecisions } from "../../../server/core/targets/decode-precision.js";
import { decodeRuntime } from "../../../server/core/targets/decode-runtime.js";
import { defaultTargets } from "../../../server/core/targets/default-targets.js";
import {
  editDistance,
  suggestTargets,
  unknownTargetMessage,
} from "../../../server/core/targets/suggest-targets.js";
import { chipJson, precisionJson, runtimeJson } from "./fixtures.js";

function build(chips: readonly unknown[]) {
  const complaints: string[] = [];
  const catalogue = buildCatalogue(
    {
      chips: chips.flatMap((chip) => decodeChip(chip).value ?? []),
      runtimes: [runtimeJson(), runtimeJson({ id: "acme-rt-2", name: "Acme RT 2" })].flatMap(
        (runtime) => decodeRuntime(runtime).value ?? [],
      ),
      precisions: decodePrecisions([precisionJson(), precisionJson({ id: "acme-8" })]).value,
    },
    (problem) => complaints.push(problem.message),
  );
  return { catalogue, ids: catalogue.targets.map(({ id }) => id), complaints };
}

describe("the catalogue", () => {
  it("makes a target of each runtime and precision that a chip names", () => {
    const { ids, complaints } = build([
      chipJson({
        runtimes: [
          { runtime: "acme-rt", precisions: ["acme-16", "acme-8"] },
          { runtime: "acme-rt-2", precisions: ["acme-8"] },
        ],
      }),
    ]);
    expect(ids).toEqual([
      "acme-x1/acme-rt/acme-16",
      "acme-x1/acme-rt/acme-8",
      "acme-x1/acme-rt-2/acme-8",
    ]);
    expect(complaints).toEqual([]);
  });

  it("finds by the exact id only, and labels for people", () => {
    const { catalogue } = build([chipJson()]);
    expect(catalogue.find("acme-x1/acme-rt/acme-16")?.label).toBe("Acme X1 · Acme RT · acme16");
    expect(catalogue.find("Acme-X1/acme-rt/acme-16")).toBeUndefined();
    expect(catalogue.find("__proto__")).toBeUndefined();
  });

  it("names that lead nowhere are reported and cost their targets only", () => {
    const { ids, complaints } = build([
      chipJson({
        runtimes: [
          { runtime: "none", precisions: ["acme-16"] },
          { runtime: "acme-rt", precisions: ["none", "acme-16"] },
        ],
      }),
    ]);
    expect(ids).toEqual(["acme-x1/acme-rt/acme-16"]);
    expect(complaints).toEqual([
      "Device `acme-x1`: `runtimes[0].runtime` names `none`, which is no runtime.",
      "Device `acme-x1`: `runtimes[1].precisions[0]` names `none`, which is no precision.",
    ]);
  });

  it("a precision whose arithmetic the chip lacks makes no target", () => {
    const { ids, complaints } = build([chipJson({ peaks: {} })]);
    expect(ids).toEqual([]);
    expect(complaints).toEqual([
      "Device `acme-x1`: `runtimes[0].precisions[0]` asks for `acme-16`, but `peaks` has none of float8, float16.",
    ]);
  });

  it("the engine `chip` of a runtime becomes the kind of the chip", () => {
    const catalogue = buildCatalogue({
      chips: [decodeChip(chipJson({ kind: "cpu" })).value!],
      runtimes: [decodeRuntime(runtimeJson({ engine: "chip" })).value!],
      precisions: decodePrecisions([precisionJson()]).value,
    });
    expect(catalogue.targets.map(({ runtime }) => runtime.engine)).toEqual(["cpu"]);
  });

  it("a chip may state what a launch costs there", () => {
    const kernelOverhead = { value: 6e-5, unit: "s", source: "measured" };
    const { catalogue } = build([
      chipJson({
        runtimes: [{ runtime: "acme-rt", precisions: ["acme-16"], kernelOverhead }],
      }),
    ]);
    expect(catalogue.find("acme-x1/acme-rt/acme-16")?.runtime.kernelOverhead).toEqual(
      kernelOverhead,
    );
  });

  it("of two chips with one id the later holds", () => {
    const { catalogue, complaints } = build([chipJson(), chipJson({ name: "Mine" })]);
    expect(catalogue.find("acme-x1/acme-rt/acme-16")?.chip.name).toBe("Mine");
    expect(complaints).toHaveLength(1);
  });

  it("a peak is looked up in order of preference, never on the prototype", () => {
    const chip = decodeChip(chipJson()).value;
    expect(peakOf(chip?.peaks ?? {}, ["float8", "float16"])?.value).toBe(4e12);
    expect(peakOf({}, ["constructor"])).toBeUndefined();
  });
});

describe("a wrong target id", () => {
  const { catalogue } = build([chipJson(), chipJson({ id: "zeta-9" })]);

  it("is answered with the nearest ones", () => {
    expect(suggestTargets(catalogue, "acme-x2/acme-rt/acme-16", 1)).toEqual([
      "acme-x1/acme-rt/acme-16",
    ]);
    expect(unknownTargetMessage(catalogue, "zeta9")).toBe(
      "Target `zeta9` is not known; did you mean `zeta-9/acme-rt/acme-16` or `acme-x1/acme-rt/acme-16`?",
    );
  });

  it("may be of any length", () => {
    expect(unknownTargetMessage(catalogue, "x/".repeat(1e6)).length).toBeLessThan(300);
  });

  it("is measured by edits", () => {
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("", "abc")).toBe(3);
  });
});

describe("the default targets", () => {
  it("are the first of the catalogue where it has none of them", () => {
    const { catalogue } = build([chipJson()]);
    expect(defaultTargets(catalogue, { kind: "network" }).map(({ id }) => id)).toEqual([
      "acme-x1/acme-rt/acme-16",
    ]);
  });
});
