// `npm run editor`: a real VS Code with the extension on the bundled examples. The desktop one where `code` is on the
// path, else VS Code's own server and workbench in the browser, on this machine only.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { ensureEditor, ensurePackages, root, run } from "./setup.mjs";

ensurePackages();
const examples = path.join(root, "examples");
if (
  spawnSync("code", ["--version"], { stdio: "ignore" }).status === 0 &&
  !process.argv.includes("--browser")
) {
  if (run("node", ["scripts/build.mjs"]) !== 0) process.exit(1);
  process.exit(run("code", [`--extensionDevelopmentPath=${root}`, examples]));
}
if (run("node", ["scripts/package.mjs"]) !== 0) process.exit(1);
ensureEditor();
const { startServer } = await import("../test/e2e/rig.mjs");
const server = await startServer({ vsix: path.join(root, "ridgepoint.vsix") });
const url = server.url({
  folder: examples,
  payload: [["openFile", server.uri(path.join(examples, "models/resnet50.onnx"))]],
});
console.log(
  `\nVS Code with Ridgepoint runs at\n\n  ${url}\n\nOpen it in a browser; end it with Ctrl+C.`,
);
const opener = process.platform === "darwin" ? "open" : "xdg-open";
spawnSync(opener, [url], { stdio: "ignore" });
setInterval(() => undefined, 1 << 30);
