import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PythonEngine } from "../../../server/engines/python/engine.js";
import { startTestEngine } from "../../kit/python-engine.js";
import { attacks } from "./attacks.js";
import { checkEnd } from "./check-end.js";
import { fileAttacks } from "./file-attacks.js";

const secret = "canary-7f3a";
const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-test-"));
const workspace = path.join(folder, "workspace");
const other = path.join(folder, "other");
const outside = path.join(folder, "secret.py");
let connectionCount = 0;
const server = createServer((socket) => {
  connectionCount += 1;
  socket.destroy();
});
let port = 0;
let engine: PythonEngine;

beforeAll(async () => {
  mkdirSync(path.join(workspace, "package"), { recursive: true });
  mkdirSync(other);
  for (const file of [outside, path.join(other, "model.py")])
    writeFileSync(file, `result = "${secret}"\n`);
  writeFileSync(path.join(workspace, "package", "__init__.py"), "");
  writeFileSync(path.join(workspace, "package", "part.py"), "");
  writeFileSync(path.join(workspace, ".env"), secret);
  writeFileSync(path.join(workspace, "id_rsa"), secret);
  writeFileSync(path.join(workspace, "_native.so"), secret);
  symlinkSync(outside, path.join(workspace, "link.py"));
  symlinkSync(other, path.join(workspace, "folder-link"));
  symlinkSync("../secret.py", path.join(workspace, "dots.py"));
  symlinkSync("circle.py", path.join(workspace, "circle.py"));
  process.env["RIDGEPOINT_CANARY"] = secret;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
  engine = await startTestEngine();
});

afterAll(() => {
  engine.dispose();
  server.close();
  delete process.env["RIDGEPOINT_CANARY"];
  rmSync(folder, { recursive: true, force: true });
});

describe("hostile code reaches nothing, and the next run does not notice", () => {
  test.each([...attacks, ...fileAttacks])(
    "$name",
    async ({ code, ends }) => {
      const before = filesIn(folder);
      const text = code
        .replaceAll("{outside}", outside)
        .replaceAll("{other}", other)
        .replaceAll("{port}", String(port));
      // Long enough for what does not end by time, on a busy machine too.
      const outcome = await runText(text, ends === "stop:time" ? 0.3 : 60);
      expect(checkEnd(outcome), JSON.stringify(outcome).slice(0, 600)).toBe(ends);
      expect(JSON.stringify(outcome)).not.toContain(secret);
      expect(JSON.stringify(outcome)).not.toContain("RIDGEPOINT_CANARY");
      expect(connectionCount).toBe(0);
      expect(filesIn(folder)).toEqual(before);

      const after = await runText(probe, 60);
      expect(after).toMatchObject({ kind: "answer", answer: { value: { result: pristine } } });
    },
    180_000,
  );
});

/** What a fresh Python says of itself. */
const probe = `
import builtins, json, os, sys
result = [
    json.loads(json.dumps({"a": [1, 2.5, None]})),
    len(vars(builtins)),
    callable(print) and callable(open),
    sorted(os.listdir("/tmp")),
    sys.getrecursionlimit(),
    [type(f).__name__ for f in sys.meta_path if type(f).__name__ == "F"],
    sys.gettrace() is None,
]
result[1] = result[1] > 140
`;
const pristine = [{ a: [1, 2.5, null] }, true, true, [], 1000, [], true];

function runText(text: string, seconds: number) {
  const file = path.join(workspace, "model.py");
  return engine.run({
    roots: [{ folder: workspace, isLibrary: false }],
    request: { task: "execute", file },
    overlays: new Map([[file, text]]),
    limits: { seconds, outputBytes: 1 << 20, answerBytes: 16 << 20 },
  });
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => (file.endsWith("secret.py") ? `${file}: ${readFileSync(file, "utf8")}` : file))
    .sort();
}
