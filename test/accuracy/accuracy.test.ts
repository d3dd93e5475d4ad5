import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { parseCsv } from "../../scripts/calibrate/csv.js";
import { analyze } from "../../server/core/analyze.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { readOpCall } from "../../server/core/formats/op-call.js";
import { findDataFolder, loadCatalogue } from "../../server/io/catalogue-files.js";

/**
 * The errors that `npm run accuracy` committed, on a small sample of measurements that no fit has seen. A change that
 * makes a target worse by more than 5 % fails here; one that is meant to commits new figures by that command.
 */
const folder = import.meta.dirname;
const committed = JSON.parse(readFileSync(path.join(folder, "errors.json"), "utf8")) as Readonly<
  Record<string, Readonly<Record<string, number>>>
>;
const { value: catalogue } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});

test("every sample has its figures", () => {
  const samples = readdirSync(folder).filter((name) => name.endsWith(".csv"));
  expect(samples.map((name) => name.replace(".csv", "")).sort()).toEqual(
    Object.keys(committed).sort(),
  );
});

test.each(Object.keys(committed))("the error of no target of %s has grown", (set) => {
  const errors = new Map<string, number[]>();
  for (const row of parseCsv(readFileSync(path.join(folder, `${set}.csv`), "utf8"))) {
    const seconds = Number(row["seconds"]);
    const predicted = predict(row["op"]!, row["target"]!);
    const key = `${row["target"]!} ${row["kind"]!}`;
    errors.set(key, [...(errors.get(key) ?? []), Math.abs(predicted - seconds) / seconds]);
  }
  const grown = [...errors].flatMap(([key, own]) => {
    const mean = own.reduce((sum, error) => sum + error, 0) / own.length;
    const bound = committed[set]?.[key];
    return bound !== undefined && mean <= 1.05 * bound + 5e-4 ? [] : [{ key, mean, bound }];
  });
  expect(grown).toEqual([]);
});

function predict(op: string, target: string): number {
  const model = readOpCall(op).value!;
  const bindings = { inputs: new Map(), dims: new Map() };
  const { targets } = analyze(model, bindings, [catalogue.find(target)!], neverCancelled);
  expect(targets[0]!.latency, `${op} on ${target}`).toMatchObject({ method: "calibrated" });
  return targets[0]!.latency!.value;
}
