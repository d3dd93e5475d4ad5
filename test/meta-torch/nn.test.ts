// The same calls of torch.nn on the real torch (Debian's package) and on ours: shapes, types, names of states, texts of
// layers, or an error on both sides.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));
const ours = fileURLToPath(new URL("../../server/meta-torch", import.meta.url));

interface Answer {
  readonly case: number;
  readonly call: readonly unknown[];
  readonly result?: unknown;
  readonly error?: string;
  readonly text?: string;
}

// What the older torch refuses and the one that we follow takes.
const nowAllowed = [
  "at most half of kernel size", // Dilated windows reach further (2.1).
  "plus negative padding", // An empty result of cropping (2.1).
];

let real: readonly Answer[] = [];
let shapeOnly: readonly Answer[] = [];

beforeAll(async () => {
  const parts = 2;
  const runs = Array.from({ length: parts }, (_, part) => run(part, parts));
  [shapeOnly, real] = await Promise.all([
    run(0, 1, ours),
    Promise.all(runs).then((found) => found.flat().sort((a, b) => a.case - b.case)),
  ]);
}, 120_000);

test("layers and functions are called in thousands of ways", () => {
  expect(new Set(real.map((answer) => answer.call[0])).size).toBeGreaterThan(120);
  expect(real.length).toBeGreaterThan(3000);
  expect(shapeOnly.length).toBe(real.length);
});

test("shapes, types, states and errors are those of the real torch", () => {
  const different = real.flatMap((answer, index) => {
    const other = shapeOnly[index];
    if (other === undefined || isSame(answer, other)) return [];
    if (nowAllowed.some((text) => answer.text?.includes(text) === true)) return [];
    return [`${JSON.stringify(answer.call)}\n  torch: ${shown(answer)}\n  ours:  ${shown(other)}`];
  });
  expect(different.join("\n")).toBe("");
});

function isSame(one: Answer, other: Answer): boolean {
  if (one.error !== undefined || other.error !== undefined) {
    return one.error !== undefined && other.error !== undefined;
  }
  return JSON.stringify(one.result) === JSON.stringify(other.result);
}

function shown(answer: Answer): string {
  return answer.error === undefined
    ? JSON.stringify(answer.result)
    : `${answer.error}: ${answer.text ?? ""}`;
}

function run(part: number, parts: number, pythonPath?: string): Promise<readonly Answer[]> {
  return new Promise((resolve, reject) => {
    const child = spawn("/usr/bin/python3", [`${here}cases_nn.py`, `${part}`, `${parts}`], {
      cwd: here,
      env: {
        PATH: "/usr/bin:/bin",
        ...(pythonPath === undefined ? {} : { PYTHONPATH: pythonPath }),
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    child.on("error", reject);
    child.on("close", () => {
      const lines = text.split("\n").filter((line) => line !== "");
      resolve(lines.map((line) => JSON.parse(line) as Answer));
    });
  });
}
