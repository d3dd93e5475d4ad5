import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";

// The same calls go to the real torch (Debian's package) and to ours; shapes, types and small contents must agree, or
// both must raise. Differences between that older torch and the version we follow are listed, each with its reason.

const here = fileURLToPath(new URL(".", import.meta.url));
const ours = fileURLToPath(new URL("../../server/meta-torch", import.meta.url));
const python = "/usr/bin/python3";
const realTorch = "/usr/lib/python3/dist-packages/torch/__init__.py";
const parts = 2;

interface Answer {
  readonly case: number;
  readonly call: readonly unknown[];
  readonly result?: unknown;
  readonly error?: string;
  readonly text?: string;
  readonly lacks?: boolean;
}

interface Difference {
  readonly op: string;
  readonly when: string;
  readonly reason: string;
}

const differences = JSON.parse(
  readFileSync(new URL("differences.json", import.meta.url), "utf8"),
) as readonly Difference[];

let real: readonly Answer[] = [];
let shapeOnly: readonly Answer[] = [];

beforeAll(async () => {
  if (!existsSync(realTorch)) {
    throw new Error("The Debian package python3-torch is not there; `npm test` installs it.");
  }
  const runs = Array.from({ length: parts }, (_, part) => run(part, parts, undefined, realTorch));
  [shapeOnly, real] = await Promise.all([
    run(0, 1, ours, `${ours}/torch/__init__.py`),
    Promise.all(runs).then((found) => found.flat().sort((a, b) => a.case - b.case)),
  ]);
});

test("at least 300 operators are called in thousands of ways", () => {
  expect(new Set(real.map((answer) => answer.call[0])).size).toBeGreaterThan(300);
  expect(real.length).toBeGreaterThan(5000);
  expect(shapeOnly.length).toBe(real.length);
});

test("shapes, types and errors are those of the real torch", () => {
  const compared = real.flatMap((answer, index) => {
    const other = shapeOnly[index];
    if (other === undefined || answer.lacks === true || isSame(answer, other)) return [];
    if (differences.some((difference) => isListed(difference, answer))) return [];
    return [`${JSON.stringify(answer.call)}\n  torch: ${shown(answer)}\n  ours:  ${shown(other)}`];
  });
  expect(compared.join("\n")).toBe("");
});

test("programs of index arithmetic give the real torch's numbers", () => {
  const programs = real.filter((answer) => answer.call[0] === "program");
  expect(programs.length).toBeGreaterThan(25);
  expect(programs.filter((answer) => answer.error !== undefined)).toEqual([]);
});

test("every listed difference still is one", () => {
  const stale = differences.filter(
    (difference) =>
      !real.some((answer, index) => {
        const other = shapeOnly[index];
        return other !== undefined && isListed(difference, answer) && !isSame(answer, other);
      }),
  );
  expect(stale).toEqual([]);
});

function isSame(left: Answer, right: Answer): boolean {
  if (left.error !== undefined || right.error !== undefined) {
    return left.error !== undefined && right.error !== undefined;
  }
  return JSON.stringify(left.result) === JSON.stringify(right.result);
}

function isListed(difference: Difference, answer: Answer): boolean {
  const { op, when } = difference;
  return (
    answer.call[0] === op &&
    JSON.stringify(answer.call).includes(when.replaceAll(/(?<=[:,]) /gu, ""))
  );
}

function shown(answer: Answer): string {
  return answer.error === undefined
    ? JSON.stringify(answer.result)
    : `${answer.error}: ${answer.text ?? ""}`;
}

/** Runs one part of the cases; `folder` comes first on Python's path, `expected` is the torch that must be found. */
function run(
  part: number,
  count: number,
  folder: string | undefined,
  expected: string,
): Promise<readonly Answer[]> {
  const environment: Record<string, string> = {
    OMP_NUM_THREADS: "1",
    PYTHONDONTWRITEBYTECODE: "1",
    PATH: "/usr/bin:/bin",
  };
  if (folder !== undefined) environment["PYTHONPATH"] = folder;
  return new Promise((resolve, reject) => {
    const child = spawn(python, [`${here}run.py`, String(part), String(count)], {
      env: environment,
    });
    const output: Buffer[] = [];
    const complaints: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
    child.on("error", reject);
    child.on("close", (status) => {
      if (status !== 0) {
        reject(new Error(Buffer.concat(complaints).toString("utf8")));
        return;
      }
      try {
        resolve(answers(Buffer.concat(output).toString("utf8"), expected));
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
}

function answers(text: string, expected: string): readonly Answer[] {
  const [head, ...lines] = text.trimEnd().split("\n");
  const where = JSON.parse(head ?? "{}") as { torch?: string };
  if (where.torch !== expected) {
    throw new Error(`Found ${String(where.torch)} instead of ${expected}.`);
  }
  return lines.map((line) => JSON.parse(line) as Answer);
}
