import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import {
  errorSummary,
  publishedError,
} from "../../../server/core/cost/calibrated/published-error.js";
import type { ErrorRow } from "../../../server/core/cost/calibrated/calibration.js";
import { findDataFolder, loadCatalogue } from "../../../server/io/catalogue-files.js";

const { value: catalogue } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});

const row = (kind: string, median: number, rows: number): ErrorRow => ({
  kind,
  median,
  mean: median,
  p90: median,
  coverage: 0.9,
  rows,
});

test("kinds with most measurements are named, the others are a range", () => {
  expect(errorSummary([row("Conv", 0.1, 5), row("MatMul", 0.031, 90)])).toBe(
    "MatMul 3.1 %, Conv 10.0 %",
  );
  expect(
    errorSummary([
      row("a", 0.04, 1),
      row("b", 0.02, 50),
      row("c", 0.2, 2),
      row("d", 0.01, 40),
      row("e", 0.005, 3),
    ]),
  ).toBe("b 2.0 %, d 1.0 %, 3 more 0.5 % – 20.0 %");
});

test("errors of others say whose they are", () => {
  expect(errorSummary([{ ...row("LLM decode", 0.09, 30), of: "*/llama-cpp-cuda/*" }])).toBe(
    "LLM decode 9.0 % (of */llama-cpp-cuda/*)",
  );
});

test("a measured target leads to its own line of the page, a borrower to its lender's, a roofline nowhere", () => {
  const lineOf = (id: string): string => {
    const { page } = publishedError(catalogue.find(id)!)!;
    const [address = "", line] = page!.split("#L");
    return readFileSync(fileURLToPath(address), "utf8").split("\n")[Number(line) - 1]!;
  };
  const own = publishedError(catalogue.find("nvidia-h100-sxm/tensorrt-llm/bf16")!)!;
  expect(own.lender).toBeUndefined();
  expect(own.rows.map(({ kind }) => kind)).toContain("MatMul");
  expect(lineOf("nvidia-h100-sxm/tensorrt-llm/bf16")).toContain(
    "`nvidia-h100-sxm/tensorrt-llm/bf16`",
  );
  const borrower = catalogue.find("nvidia-h100-pcie/tensorrt-llm/bf16")!;
  const lent = publishedError(borrower)!;
  const lender = borrower.calibration!()!.calibration.target;
  expect(lent.lender).toBe(catalogue.find(lender)!.label);
  expect(lineOf(borrower.id)).toContain(`\`${lender}\``);
  expect(publishedError(catalogue.find("nvidia-rtx-4090/tensorrt/fp16")!)).toBeUndefined();
});
