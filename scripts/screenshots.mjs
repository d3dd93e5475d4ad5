// `node scripts/screenshots.mjs`: the README's pictures, taken in a real editor with the packed extension.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { ensureEditor, ensurePackages, root, run } from "./setup.mjs";

ensurePackages();
if (run("node", ["scripts/package.mjs"]) !== 0) process.exit(1);
ensureEditor();
const { copyOfExamples, startBrowser, startServer, until } = await import("../test/e2e/rig.mjs");
const images = path.join(root, "docs/images");
mkdirSync(images, { recursive: true });

const server = await startServer({
  vsix: path.join(root, "ridgepoint.vsix"),
  settings: {
    "workbench.colorTheme": "Dark Modern",
    "workbench.activityBar.location": "hidden",
    "workbench.sideBar.location": "left",
    "editor.stickyScroll.enabled": false,
  },
});
const { browser, page } = await startBrowser({
  home: server.tmp,
  viewport: { width: 1280, height: 760 },
});
const folder = copyOfExamples();
const explorerRow = (text) =>
  page.locator(".explorer-folders-view .monaco-list-row", { hasText: text });
const frame = page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
const take = (name) => page.screenshot({ path: path.join(images, `${name}.png`) });

await page.goto(server.url({ folder }));
await explorerRow("models").click({ timeout: 60_000 });
await explorerRow("resnet50.onnx").click();
await frame.locator("[role=grid] .grid-body [role=row]").nth(3).waitFor();
await frame.locator("[role=grid] .grid-body [role=row]").nth(2).click();
await frame.getByText("How the number came about").waitFor();
await page.keyboard.press("Control+B");
await page.waitForTimeout(1000);
await take("model");
await page.keyboard.press("Control+B");
await explorerRow("mobile-block.onnxtxt").click();
const text = async () =>
  (await page.locator(".editor-instance .view-lines").first().innerText()).replaceAll(
    "\u00a0",
    " ",
  );
await until("hints", async () => /\d (ns|µs|ms)/.test(await text()));
await page.keyboard.press("Control+B");
await page
  .locator(".view-line", { hasText: "[depthwise]" })
  .locator("span span", { hasText: "Conv" })
  .first()
  .hover();
await page.locator(".monaco-hover:visible .hover-contents").first().waitFor();
await page.waitForTimeout(1500);
await take("text");
await browser.close();
await server.stop();
