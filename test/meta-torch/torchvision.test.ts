// Debian's torchvision on the real torch and on ours: names, shapes and counts of parameters, and output shapes.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL(".", import.meta.url));
const metaTorch = fileURLToPath(new URL("../../server/meta-torch", import.meta.url));
const script = `${folder}torchvision_models.py`;

interface Row {
  readonly name: string;
  readonly parameters?: number;
  readonly digest?: string;
  readonly output?: unknown;
  readonly error?: string;
}

/** Rows of one process: every `parts`-th model from the `part`-th on. */
function rowsOf(part: number, parts: number, options: readonly string[]): Promise<readonly Row[]> {
  const isOurs = options.includes("--ours");
  return new Promise((resolve, reject) => {
    const child = spawn("/usr/bin/python3", [script, String(part), String(parts), ...options], {
      cwd: folder,
      env: { PATH: "/usr/bin:/bin", ...(isOurs ? { PYTHONPATH: metaTorch } : {}) },
      stdio: ["ignore", "pipe", "ignore"],
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    child.on("error", reject);
    child.on("close", () => {
      const lines = text.split("\n").filter((line) => line !== "");
      resolve(lines.map((line) => JSON.parse(line) as Row));
    });
  });
}

describe("torchvision", () => {
  it("is the same on our torch as on the real one", { timeout: 240_000 }, async () => {
    const [ours, first, second] = await Promise.all([
      rowsOf(0, 1, ["--ours"]),
      rowsOf(0, 2, []),
      rowsOf(1, 2, []),
    ]);
    const real = new Map([...first, ...second].map((row) => [row.name, row]));
    expect(ours.length).toBeGreaterThan(100);
    expect(real.size).toBe(ours.length);
    const different = ours.filter((row) => {
      const other = real.get(row.name);
      // Where the real one is too slow to run, the number of classes that a Kinetics model answers is known.
      const output = other?.output ?? (row.name.startsWith("mvit") ? [1, 400] : undefined);
      return (
        row.error !== undefined ||
        row.digest !== other?.digest ||
        row.parameters !== other?.parameters ||
        JSON.stringify(row.output) !== JSON.stringify(output)
      );
    });
    expect(different.map((row) => row.name)).toEqual([]);
  });
});
