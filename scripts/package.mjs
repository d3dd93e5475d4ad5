// `npm run package`: the production build as ridgepoint.vsix. Everything is bundled, so no node_modules travel.
import { statSync } from "node:fs";
import path from "node:path";
import { ensurePackages, root, run } from "./setup.mjs";

ensurePackages();
const steps = [
  ["node", ["scripts/build.mjs", "--production"]],
  [
    path.join(root, "node_modules/.bin/vsce"),
    ["package", "--no-dependencies", "--skip-license", "-o", "ridgepoint.vsix"],
  ],
];
for (const [command, args] of steps) {
  const status = run(command, args, { stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(status);
}
console.log(
  `ridgepoint.vsix: ${(statSync(path.join(root, "ridgepoint.vsix")).size / 1024).toFixed(0)} KiB`,
);
