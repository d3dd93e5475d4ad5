// `npm run bench [NAME…]`: the project's benchmarks. Each prints absolute figures and, where there is a bound or a
// baseline in the same run, their ratio. Machines differ: no figure of these decides a test.
import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { bundle } from "./bundle.mjs";
import { ensurePackages, root, run } from "./setup.mjs";

ensurePackages();
const folder = path.join(root, "scripts/bench");
const wanted = process.argv.slice(2);
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".bench.ts"))
  .map((name) => name.replace(".bench.ts", ""))
  .filter((name) => wanted.length === 0 || wanted.includes(name));
if (names.length === 0) {
  console.error(`There is no benchmark ${wanted.join(", ")}.`);
  process.exit(2);
}
if (run("node", ["scripts/build.mjs"], { stdio: ["ignore", 2, 2] }) !== 0) process.exit(1);
const out = path.join(root, "test-out/bench");
mkdirSync(out, { recursive: true });
let status = 0;
for (const name of names) {
  const outfile = path.join(out, `${name}.mjs`);
  await bundle(path.join(folder, `${name}.bench.ts`), outfile);
  console.log(`\n## ${name}\n`);
  status ||= run("node", ["--expose-gc", outfile]);
}
process.exit(status);
