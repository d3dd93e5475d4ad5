import { execFile } from "node:child_process";
import path from "node:path";
import type { ReportDocument } from "../../server/core/views/report-document.js";

export const root = path.resolve(import.meta.dirname, "../..");
export const resnet50 = path.join(root, "examples/models/resnet50.onnx");

export interface CliAnswer {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the bundled command as a user does: a process of its own. */
export function cli(
  words: readonly string[],
  options: { readonly input?: string; readonly cwd?: string } = {},
): Promise<CliAnswer> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [path.join(root, "dist/cli.cjs"), ...words],
      { cwd: options.cwd ?? root, maxBuffer: 1 << 28 },
      (error, out, err) =>
        resolve({
          status: error === null ? 0 : typeof error.code === "number" ? error.code : -1,
          out,
          err,
        }),
    );
    child.stdin?.end(options.input ?? "");
  });
}

export async function analyzeJson(words: readonly string[]): Promise<ReportDocument> {
  const { out } = await cli(["analyze", ...words, "--json"]);
  return JSON.parse(out) as ReportDocument;
}
