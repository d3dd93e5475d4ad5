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

const text = async () =>
  (await page.locator(".editor-instance .view-lines").first().innerText()).replaceAll(
    "\u00a0",
    " ",
  );

/** Opens a file of the examples in the editor, waits for what its lines say, and hides the side bar. */
async function open(parts, hint) {
  await page.keyboard.press("Control+Shift+E");
  for (const part of parts) await explorerRow(part).first().click();
  await until(`hints in ${parts.at(-1)}`, async () => hint.test(await text()), 120_000);
  await page.keyboard.press("Control+B");
  await page.waitForTimeout(1500);
}

async function hover(line, word) {
  await page
    .locator(".view-line", { hasText: line })
    .locator("span span", { hasText: word })
    .first()
    .hover();
  await page.locator(".monaco-hover:visible .hover-contents").first().waitFor();
  await page.waitForTimeout(1500);
}

await page.goto(server.url({ folder }));
await explorerRow("models").click({ timeout: 60_000 });
await explorerRow("resnet50.onnx").click();
await frame.locator("[role=grid] .grid-body [role=row]").nth(3).waitFor();
await frame.locator("[role=grid] .grid-body [role=row]").nth(2).click();
await frame.getByText("How the number came about").waitFor();
await page.keyboard.press("Control+B");
await page.waitForTimeout(1000);
await take("model");
const time = /\d (ns|µs|ms)/;
await open(["mobile-block.onnxtxt"], time);
await hover("[depthwise]", "Conv");
await take("text");
await open(["python", "transformer.py"], time);
await hover("self.qkv = nn.Linear", "Linear");
await take("python");
await open(["llama-3.1-8b", "config.json"], /% of weights/);
await page.setViewportSize({ width: 1280, height: 480 });
await page.waitForTimeout(1000);
await take("config");
await page.setViewportSize({ width: 1280, height: 760 });
await open(["hls", "conv.cpp"], /II=\d/);
await take("hls");
await open(["rtl", "systolic.sv"], /\d (FF|DSP)/);
await take("rtl");
await browser.close();
await server.stop();
