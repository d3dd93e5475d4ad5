// What only pixels and DOM show: the real editor driven by a browser, against the packed extension.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { copyOfExamples, out, root, startBrowser, startServer, until } from "./rig.mjs";

const axeSource = fs.readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);
const report = path.join(out, "ui-report.txt");
fs.rmSync(report, { force: true });
const server = await startServer({
  vsix: path.join(root, "ridgepoint.vsix"),
  settings: { "ridgepoint.hints.quantization": true },
});
const { browser, page, blocked } = await startBrowser({ home: server.tmp });
const pageErrors = [];
page.on("pageerror", (error) => pageErrors.push(String(error)));
const folder = copyOfExamples();
const frame = page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
const explorerRow = (text) =>
  page.locator(".explorer-folders-view .monaco-list-row", { hasText: text });
const editorText = async () =>
  (await page.locator(".editor-instance .view-lines").first().innerText()).replaceAll(
    "\u00a0",
    " ",
  );
const shoot = (name) => page.screenshot({ path: path.join(out, `${name}.png`) });
const rows = () => frame.locator("[role=grid] .grid-body [role=row]");

const steps = [];
const step = (name, run) => steps.push({ name, run });

step("a click on a model shows its layers, heaviest first", async () => {
  await page.goto(server.url({ folder }));
  await explorerRow("models").click({ timeout: 60_000 });
  await explorerRow("resnet50.onnx").click();
  await rows().nth(3).waitFor();
  await frame.getByText("4.09 GMAC").first().waitFor();
  const first = await until("a time in the first row", async () => {
    const text = await rows().first().innerText();
    return /µs|ms/.test(text) ? text : undefined;
  });
  assert.match(first, /Conv/);
  await shoot("model");
});

step("every target has its latency, interval and method in sight", async () => {
  for (const text of ["RTX 4090", "Raspberry Pi 5", "STM32H747I"])
    await frame.getByText(text).first().waitFor();
  await frame.getByText("roofline").first().waitFor();
  await frame.getByText(/over/).first().waitFor();
});

step("a click on a header sorts", async () => {
  const header = frame.locator("[role=columnheader]", { hasText: "Layer" }).first();
  const before = await rows().first().innerText();
  await header.click();
  await until("another first row", async () => (await rows().first().innerText()) !== before);
  assert.match((await header.getAttribute("aria-sort")) ?? "", /ascending|descending/);
});

step("find narrows the table", async () => {
  await frame.locator(".toolbar-find input").first().fill("op:Gemm");
  await until("one row", async () => (await rows().count()) === 1);
  assert.match(await rows().first().innerText(), /Gemm/);
});

step("a row opens its details: shapes, targets, and how the number came about", async () => {
  await rows().first().click();
  await frame.getByText("How the number came about").waitFor();
  const text = await frame.locator(".details").innerText();
  assert.match(text, /1000/);
  assert.match(text, /roofline/i);
  await shoot("details");
  await frame.locator(".toolbar-find input").first().fill("");
});

step("the table works from the keyboard", async () => {
  await rows().nth(3).waitFor();
  await frame.locator("[role=grid]").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("End");
  const active = async () =>
    frame.locator(
      `[id="${await frame.locator("[role=grid]").getAttribute("aria-activedescendant")}"]`,
    );
  await until("the last row is active", async () => {
    const row = (await active()).locator("xpath=ancestor-or-self::*[@role='row']").first();
    return (
      (await row.getAttribute("aria-rowindex")) ===
      (await frame.locator("[role=grid]").getAttribute("aria-rowcount"))
    );
  });
});

step("the status bar picks targets, and the page follows", async () => {
  await page.locator(".statusbar-item", { hasText: "RTX 4090" }).click();
  const box = page
    .locator(".quick-input-widget input.input, .quick-input-widget input[type=text]")
    .first();
  await box.fill("nvidia-l4/tensorrt/fp16");
  await page.locator(".quick-input-list .monaco-list-row", { hasText: "L4" }).first().waitFor();
  await shoot("pick-targets");
  await page
    .locator(".quick-input-list .monaco-list-row", { hasText: "nvidia-l4/tensorrt/fp16" })
    .click();
  await page.locator(".quick-input-widget").getByText("OK", { exact: true }).click();
  await until("the target in the table", async () =>
    /L4/.test(await frame.locator(".targets").innerText()),
  );
});

step("open as text: hints stand on the lines", async () => {
  await page
    .locator(".editor-actions a[aria-label*='Text'], .title-actions a[aria-label*='Text']")
    .first()
    .click();
  await page.locator(".codelens-decoration a", { hasText: "params" }).waitFor();
  await page.locator(".editor-instance .view-lines").first().click();
  await page.keyboard.press("Control+End");
  await until("hints", async () => /\d (µs|ms|ns).*·/.test(await editorText()));
  await shoot("text");
});

step("typing in a text model moves the numbers", async () => {
  await explorerRow("mobile-block.onnxtxt").click();
  await until("hints", async () => /depthwise[^\n]*\d (ns|µs|ms)/.test(await editorText()));
  await shoot("text-example");
  const hintOf = async () => /\[depthwise\][^\n]*\)\s*([^\n]*)/.exec(await editorText())?.[1];
  const before = await hintOf();
  // Twice the channels in the middle of the block: its weights, and with them its line, change.
  await page.locator(".view-line", { hasText: "batch,3,96,96" }).first().click();
  await page.keyboard.press("Home");
  for (let index = 0; index < "mobile_block (float[batch,3,".length; index += 1)
    await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Delete");
  await page.keyboard.press("Delete");
  await page.keyboard.type("960");
  await until("another number", async () => {
    const now = await hintOf();
    return now && now !== before;
  });
});

step("a plan stands in the lens, and is compared with the model as it is", async () => {
  await explorerRow("mobilenet-v1-vww.onnx").click();
  await rows().nth(3).waitFor();
  await page
    .locator(".editor-actions a[aria-label*='Text'], .title-actions a[aria-label*='Text']")
    .first()
    .click();
  const compare = page.locator(".codelens-decoration a", { hasText: "Compare" });
  await compare.waitFor({ timeout: 60_000 });
  await shoot("quantization-lens");
  await compare.click();
  await frame.locator("h1", { hasText: "Comparison" }).waitFor();
  await frame.getByText("as it is", { exact: true }).first().waitFor();
  assert.equal(await frame.getByText("Another model…", { exact: true }).isVisible(), false);
  await shoot("quantization-compare");
});

step("a language model's configuration has costs on its fields, and opens as a model", async () => {
  await explorerRow("llama-3.1-8b").click();
  await explorerRow("config.json").click();
  await until("hints", async () => /vocab_size.*% of weights/.test(await editorText()));
  await shoot("config");
  await page.locator(".codelens-decoration a", { hasText: "8.03 B params" }).click();
  await page.locator(".quick-input-list .monaco-list-row", { hasText: "Open the model" }).click();
  await frame.locator("label", { hasText: "Devices" }).waitFor();
  await shoot("config-model");
});

step("a damaged file says what is wrong and where", async () => {
  fs.writeFileSync(
    path.join(folder, "damaged.onnx"),
    fs.readFileSync(path.join(folder, "models/mobilenet-v1-vww.onnx")).subarray(0, 300),
  );
  await explorerRow("damaged.onnx").click({ timeout: 20_000 });
  await frame
    .getByText(/ends early/i)
    .locator("visible=true")
    .first()
    .waitFor();
  await shoot("damaged");
});

const openPanelNamed = async (name) => {
  await frame.locator(".frame-link", { hasText: name }).click();
  await frame.locator("h1", { hasText: name }).waitFor();
  await frame.locator(".frame:not(.is-loading)").waitFor();
};

step("every panel opens on a real model, and works by mouse and keyboard", async () => {
  await explorerRow("resnet50.onnx").click();
  await rows().nth(3).waitFor();
  for (const name of ["Graph", "Roofline", "Memory", "Timeline", "Pareto"]) {
    await openPanelNamed(name);
    await frame.locator("[role=application]").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    const words = frame.locator(".plot-words, .graph-words");
    await until(`something selected in ${name}`, async () =>
      /\d (ns|µs|ms|s)\b|MiB|input/.test(await words.innerText()),
    );
    await frame.locator(".frame-button", { hasText: "Table" }).click();
    await frame.locator(".frame-table tbody tr").first().waitFor();
    await shoot(`panel-${name.toLowerCase()}`);
  }
  await openPanelNamed("Comparison");
  await frame
    .locator(".frame-field", { hasText: "Compare with" })
    .locator("select")
    .selectOption("target");
  await frame.locator(".comparison tbody tr").nth(8).waitFor();
  await shoot("panel-comparison");
});

step("a model is mapped onto an accelerator, and a sweep of its array is drawn", async () => {
  await openPanelNamed("Mapping");
  await frame.locator(".mapping-layers tbody tr").nth(8).waitFor();
  await frame.locator(".mapping-field input").fill("rows=8,16 columns=8,16");
  await page.keyboard.press("Enter");
  await frame.locator("[role=application]").waitFor();
  await shoot("panel-mapping");
});

step("the batch is dragged in the roofline, and the marks move", async () => {
  await openPanelNamed("Roofline");
  await frame.getByText("batch 1", { exact: false }).first().waitFor();
  await frame.locator(".slider").first().focus();
  for (let at = 0; at < 4; at += 1) await page.keyboard.press("ArrowRight");
  await frame.getByText("batch 16", { exact: false }).first().waitFor();
});

/** Whether the tabs that the editor has written into the browser's databases have one of that type. */
const isTabKept = (viewType) =>
  page.evaluate(async (wanted) => {
    const answer = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    for (const { name } of await indexedDB.databases()) {
      const database = await answer(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const values = await answer(database.transaction(store).objectStore(store).getAll());
        const isTab = (value) => value.includes("editorpart.state") && value.includes(wanted);
        if (values.some((value) => typeof value === "string" && isTab(value))) return true;
      }
      database.close();
    }
    return false;
  }, viewType);

step("panels come back after a reload", async () => {
  // The editor writes its state down every few seconds: what it has not written does not survive.
  await until("the panel in the editor's kept state", () => isTabKept("ridgepoint.panel.roofline"));
  await page.reload();
  // Which of the tabs comes to the front is the editor's affair.
  await page.locator(".tab", { hasText: "Roofline: resnet50.onnx" }).click({ timeout: 60_000 });
  await frame.locator("h1", { hasText: "Roofline" }).waitFor({ timeout: 60_000 });
  await frame
    .locator(".frame:not(.is-loading) .frame-file", { hasText: "resnet50.onnx" })
    .waitFor({ timeout: 60_000 });
});

step("the side bar lists models, targets and the lines that take longest", async () => {
  await page.locator(".activitybar .action-item a[aria-label^='Ridgepoint']").click();
  await page.locator(".pane-body .monaco-list-row", { hasText: "resnet50.onnx" }).first().click();
  await rows().nth(3).waitFor();
  await page.locator(".pane-body .monaco-list-row", { hasText: "Conv" }).first().waitFor();
  // The lists are the editor's own; what they say of our items must be there for a screen reader.
  await page.evaluate(axeSource);
  const findings = await page.evaluate(async () => {
    const { violations } = await window.axe.run(".part.sidebar .pane-body", {
      resultTypes: ["violations"],
      preload: false,
      // The editor sets name and description of a row side by side without a space, which the rule takes for one word.
      rules: { "label-content-name-mismatch": { enabled: false } },
    });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  });
  assert.deepEqual(findings, []);
  await shoot("side-bar");
  await page.keyboard.press("Control+Shift+E");
  await explorerRow("resnet50.onnx").waitFor();
});

step("dark and high-contrast themes are readable", async () => {
  for (const theme of ["Dark Modern", "Dark High Contrast"]) {
    await page.keyboard.press("F1");
    await page.keyboard.type("Preferences: Color Theme");
    await page
      .locator(".quick-input-list .monaco-list-row", { hasText: "Preferences: Color Theme" })
      .first()
      .click();
    await page
      .locator(".quick-input-list .monaco-list-row", { hasText: "Light" })
      .first()
      .waitFor();
    await page.keyboard.type(theme);
    await page.locator(".quick-input-list .monaco-list-row", { hasText: theme }).first().click();
    await explorerRow("mobilenet-v1-vww.onnx").click();
    await rows().nth(2).waitFor();
    await until(`the ${theme} theme`, async () =>
      (await frame.locator("body").getAttribute("class"))?.includes(
        theme === "Dark Modern" ? "vscode-dark" : "vscode-high-contrast",
      ),
    );
    const contrast = await frame.locator("body").evaluate((body) => {
      const luminance = (color) => {
        const [r, g, b] = color
          .match(/[\d.]+/g)
          .slice(0, 3)
          .map((x) => (x / 255 <= 0.03928 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const style = getComputedStyle(body);
      const [a, b] = [luminance(style.color), luminance(style.backgroundColor)];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    });
    assert.ok(contrast > 4.5, `contrast ${contrast.toFixed(1)} in ${theme}`);
    await shoot(theme.toLowerCase().replaceAll(" ", "-"));
  }
});

step("nothing was asked of the network, and no page failed", async () => {
  assert.deepEqual(blocked, []);
  assert.deepEqual(pageErrors, []);
});

let passed = 0;
let failed = 0;
const only = process.argv[2];
for (const { name, run } of steps) {
  const begin = performance.now();
  try {
    await run();
    passed += 1;
    console.log(`  ✔ ${name} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(
      `  ✘ ${name}: ${String(error.stack ?? error)
        .split("\n")
        .slice(0, 6)
        .join("\n    ")}`,
    );
    await shoot(`failed-${failed}`);
    if (only === "--stop") break;
  }
}
await browser.close();
await server.stop();
fs.writeFileSync(report, `RESULT ${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
