// The same suite in desktop VS Code, where it can be downloaded or is there (VSCODE_EXE=/path/to/code).
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  downloadAndUnzipVSCode,
  resolveCliArgsFromVSCodeExecutablePath,
  runTests,
} from "@vscode/test-electron";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const tmp = fs.mkdtempSync(path.join(os.tmpdir(), "e2e-"));
const folders = [
  `--user-data-dir=${path.join(tmp, "user")}`,
  `--extensions-dir=${path.join(tmp, "ext")}`,
];
const executable =
  process.env.VSCODE_EXE ?? (await downloadAndUnzipVSCode(process.env.VSCODE_VERSION ?? "stable"));
const [cli, ...args] = resolveCliArgsFromVSCodeExecutablePath(executable);
const own = args.filter((word) => !/^--(user-data|extensions)-dir/.test(word));
const installed = spawnSync(
  cli,
  [...own, ...folders, "--install-extension", path.join(root, "ridgepoint.vsix")],
  { stdio: "inherit", shell: process.platform === "win32" },
);
if (installed.status !== 0) process.exit(installed.status ?? 1);
fs.cpSync(path.join(root, "examples"), path.join(tmp, "examples"), { recursive: true });
try {
  process.exitCode = await runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: path.join(root, "test/e2e/host-stub"),
    extensionTestsPath: path.join(root, "test/e2e/suite/index.cjs"),
    launchArgs: [
      path.join(tmp, "examples"),
      ...folders,
      "--disable-workspace-trust",
      "--disable-telemetry",
      "--skip-welcome",
      "--skip-release-notes",
      "--disable-gpu",
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ],
  });
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
}
