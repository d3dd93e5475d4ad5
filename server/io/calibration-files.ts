import { readFileSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import type { Report } from "../core/base/problem.js";
import type { CalibrationStore } from "../core/cost/calibrated/attach.js";
import { accuracyPage } from "./accuracy-page.js";

/**
 * The calibrations of a folder, `<chip>/<runtime>/<precision>.json` below it. Only their names are read here; a file is
 * read, at once and whole, when the first kernel of its target is costed: 200 kB at most, a few milliseconds.
 */
export async function openCalibrations(folder: string, report: Report): Promise<CalibrationStore> {
  let names: readonly string[] = [];
  try {
    names = await readdir(folder, { recursive: true });
  } catch {
    // No folder, no measurements: every target is a roofline then.
  }
  const targetIds = new Set(
    names
      .filter((name) => name.endsWith(".json"))
      .map((name) => name.slice(0, -".json".length).split(path.sep).join("/"))
      .filter((id) => id.split("/").length === 3),
  );
  return {
    targetIds,
    read: (id) => readJson(path.join(folder, `${id}.json`), report),
    errorPage: accuracyPage([
      path.join(folder, "..", "accuracy.md"),
      path.join(folder, "..", "..", "..", "docs", "accuracy.md"),
    ]),
  };
}

function readJson(file: string, report: Report): unknown {
  try {
    if (statSync(file).size > largestFileBytes)
      throw new Error(`it is larger than ${largestFileBytes} bytes`);
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return value;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    report({
      code: "RP2004",
      severity: "error",
      message: `Calibration \`${file}\` cannot be read (${reason}); its target falls back to a sibling or the roofline.`,
    });
    return undefined;
  }
}

const largestFileBytes = 200_000;
