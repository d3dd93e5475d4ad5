// `npm test`: the whole gate. Installs what it needs, runs every step even after one failed, and ends with
// `N passed, N failed` over all of them: each gate counts as one test, each suite by its own tests.
import { mkdirSync, readFileSync, rmSync, existsSync } from "node:fs";
import path from "node:path";
import { ensureDebianPackages, ensureEditor, ensurePackages, root, run } from "./setup.mjs";

ensurePackages();
ensureDebianPackages();
const out = path.join(root, "test-out");
mkdirSync(out, { recursive: true });
const isQuick = process.argv.includes("--quick");

let passed = 0;
let failed = 0;
const failures = [];
const bin = (name) => path.join(root, "node_modules/.bin", name);

function gate(name, command, args) {
  const begin = Date.now();
  const isGood = run(command, args) === 0;
  console.log(
    `${isGood ? "ok  " : "FAIL"} ${name} (${((Date.now() - begin) / 1000).toFixed(1)} s)`,
  );
  if (isGood) passed += 1;
  else {
    failed += 1;
    failures.push(name);
  }
  return isGood;
}

/** A suite writes its own counts; where it dies before that, it counts as one failure. */
function suite(name, command, args, readCounts) {
  const status = run(command, args);
  const counts = readCounts();
  passed += counts?.passed ?? 0;
  failed += Math.max(counts?.failed ?? 0, status === 0 && counts !== undefined ? 0 : 1);
  if (status !== 0 || counts === undefined) failures.push(name);
  console.log(
    `${status === 0 && counts !== undefined ? "ok  " : "FAIL"} ${name}: ${counts === undefined ? "no result" : `${counts.passed} passed, ${counts.failed} failed`}`,
  );
}

function vitestCounts(file) {
  if (!existsSync(file)) return undefined;
  const result = JSON.parse(readFileSync(file, "utf8"));
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + result.numFailedTestSuites,
  };
}

function editorCounts(file) {
  if (!existsSync(file)) return undefined;
  const found = /^RESULT (\d+) passed, (\d+) failed$/m.exec(readFileSync(file, "utf8"));
  return found === null ? undefined : { passed: Number(found[1]), failed: Number(found[2]) };
}

gate("generated files are current", "node", ["scripts/gen.mjs", "--check"]);
gate("types", bin("tsc"), ["-b"]);
gate("lint", bin("eslint"), [".", "--max-warnings", "0"]);
gate("format", bin("prettier"), ["--check", "--log-level", "warn", "."]);
if (gate("build and package", "node", ["scripts/package.mjs"])) {
  const unitReport = path.join(out, "unit.json");
  rmSync(unitReport, { force: true });
  suite(
    "unit, protocol and page tests",
    bin("vitest"),
    ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${unitReport}`],
    () => vitestCounts(unitReport),
  );
  if (!isQuick) {
    ensureEditor();
    for (const kind of ["host", "ui"]) {
      const report = path.join(out, `${kind}-report.txt`);
      rmSync(report, { force: true });
      suite(
        kind === "host" ? "extension host in a real editor" : "real editor, driven by a browser",
        "node",
        [`test/e2e/${kind}.mjs`],
        () => editorCounts(report),
      );
    }
  }
}
for (const name of failures) console.log(`failed: ${name}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
