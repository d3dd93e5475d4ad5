// The text features, through VS Code's own API: what any feature of the editor would see.
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const vscode = require("vscode");
const { folder, hintsOf, labelOf, lineOf, until } = require("./kit.cjs");

const file = (name) => vscode.Uri.joinPath(folder(), ...name.split("/"));
const positionOf = (document, text, within = text) => {
  const line = lineOf(document, text);
  return new vscode.Position(line, document.lineAt(line).text.indexOf(within) + 1);
};
const configuration = () => vscode.workspace.getConfiguration("ridgepoint");
const set = (key, value) =>
  configuration().update(key, value, vscode.ConfigurationTarget.Workspace);

suite("a model as text", () => {
  let document;
  suiteSetup(async () => {
    document = await vscode.workspace.openTextDocument(file("mobile-block.onnxtxt"));
    await vscode.window.showTextDocument(document);
    await until("hints", async () => (await hintsOf(document))?.length > 0);
  });

  test("the language is known by its extension", () =>
    assert.equal(document.languageId, "onnx-text"));

  test("every layer that costs has a short hint on its line", async () => {
    const hints = await hintsOf(document);
    const line = lineOf(document, "[depthwise]");
    const own = hints.filter((hint) => hint.position.line === line);
    assert.equal(own.length, 1);
    assert.match(labelOf(own[0]), /\d.* (ns|µs|ms)\b.*·/);
    for (const hint of hints) assert.ok(labelOf(hint).length <= 20, labelOf(hint));
  });

  test("one lens stands on the graph, with its totals", async () => {
    const lenses = await until("filled lens", async () => {
      const found = await vscode.commands.executeCommand(
        "vscode.executeCodeLensProvider",
        document.uri,
        10,
      );
      return found?.length === 1 && /params/.test(found[0].command?.title ?? "")
        ? found
        : undefined;
    });
    assert.match(lenses[0].command.title, /MMAC/);
    assert.equal(lenses[0].range.start.line, lineOf(document, "mobile_block ("));
  });

  test("the hover tells shapes, targets, intervals and the method", async () => {
    const hovers = await vscode.commands.executeCommand(
      "vscode.executeHoverProvider",
      document.uri,
      positionOf(document, "[depthwise]", "Conv"),
    );
    const text = hovers
      .flatMap((hover) => hover.contents)
      .map((content) => content.value ?? content)
      .join("\n");
    assert.match(text, /float32\[1,96,48,48\]/);
    assert.match(text, /RTX 4090/);
    assert.match(text, /roofline/);
  });

  test("a tensor leads to its definition and to its readers", async () => {
    const at = positionOf(document, "block = Add", "stem_active");
    const definitions = await vscode.commands.executeCommand(
      "vscode.executeDefinitionProvider",
      document.uri,
      at,
    );
    assert.equal(
      (definitions[0].range ?? definitions[0].targetRange).start.line,
      lineOf(document, "stem_active = Clip"),
    );
    const references = await vscode.commands.executeCommand(
      "vscode.executeReferenceProvider",
      document.uri,
      at,
    );
    assert.equal(references.length, 3);
  });

  test("the outline names the graph and its layers", async () => {
    const symbols = await vscode.commands.executeCommand(
      "vscode.executeDocumentSymbolProvider",
      document.uri,
    );
    const flat = (items) => items.flatMap((item) => [item.name, ...flat(item.children ?? [])]);
    const names = flat(symbols).join(" ");
    assert.match(names, /mobile_block/);
    assert.match(names, /depthwise/);
  });

  test("a mistake is marked on its line while typing, and goes when mended", async () => {
    const before = await hintsOf(document);
    const line = lineOf(document, "[project]");
    const good = document.lineAt(line).text;
    const edit = new vscode.WorkspaceEdit();
    edit.replace(
      document.uri,
      document.lineAt(line).range,
      good.replace("expand_active, ", "x").replace("depthwise_active", "image"),
    );
    assert.ok(await vscode.workspace.applyEdit(edit));
    const problem = await until("a problem", () =>
      vscode.languages.getDiagnostics(document.uri).find((item) => item.range.start.line === line),
    );
    assert.match(problem.message, /3/);
    assert.equal(problem.source, "ridgepoint");
    const back = new vscode.WorkspaceEdit();
    back.replace(document.uri, document.lineAt(line).range, good);
    assert.ok(await vscode.workspace.applyEdit(back));
    await until(
      "no problem",
      () =>
        !vscode.languages
          .getDiagnostics(document.uri)
          .some((item) => item.severity === vscode.DiagnosticSeverity.Error),
    );
    await until("the same hints", async () => (await hintsOf(document)).length === before.length);
  });

  test("the master switch and the switch of one kind take hints away and bring them back", async () => {
    for (const key of ["hints.latency", "enable"]) {
      await set(key, false);
      await until(`no hints without ${key}`, async () => !(await hintsOf(document))?.length);
      await set(key, undefined);
      await until(`hints with ${key}`, async () => (await hintsOf(document))?.length > 0);
    }
  });

  test("other targets give other numbers", async () => {
    const before = (await hintsOf(document)).map(labelOf).join();
    await set("targets", ["raspberry-pi-5/onnxruntime/fp32"]);
    await until("other hints", async () => {
      const labels = (await hintsOf(document))?.map(labelOf).join();
      return labels && labels !== before;
    });
    await set("targets", undefined);
  });
});

suite("a binary model", () => {
  const customTabs = () =>
    vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter((tab) => tab.input instanceof vscode.TabInputCustom);

  test("opens in the model editor", async () => {
    await vscode.commands.executeCommand("vscode.open", file("models/resnet50.onnx"));
    const tab = await until("tab", () => customTabs()[0]);
    assert.equal(tab.input.viewType, "ridgepoint.model");
  });

  test("opens as text with hints, read-only", async () => {
    await vscode.commands.executeCommand("ridgepoint.openAsText");
    const editor = await until("text", () => {
      const active = vscode.window.activeTextEditor;
      return active?.document.languageId === "onnx-text" && active.document.uri.scheme !== "file"
        ? active
        : undefined;
    });
    await until("hints", async () => (await hintsOf(editor.document))?.length > 20);
    assert.match(editor.document.getText(), /Conv/);
  });

  test("a quick fix of a coarse scale is kept in the plan file, and its problem goes away", async () => {
    await set("hints.quantization", true);
    await vscode.commands.executeCommand("vscode.open", file("models/mobilenet-v1-vww.onnx"));
    await until("model editor", () => customTabs().some(({ label }) => /vww/.test(label)));
    await vscode.commands.executeCommand("ridgepoint.openAsText");
    const { document } = await until("text of the model", () => {
      const active = vscode.window.activeTextEditor;
      return active?.document.uri.path.includes("vww") && active;
    });
    const coarse = () =>
      vscode.languages.getDiagnostics(document.uri).filter(({ code }) => code === "RP2302");
    const [problem] = await until("RP2302", () => coarse()[0] && coarse());
    const action = await until("a fix with its gain", async () => {
      const found = await vscode.commands.executeCommand(
        "vscode.executeCodeActionProvider",
        document.uri,
        problem.range,
        vscode.CodeActionKind.QuickFix.value,
      );
      return found.find(({ title }) => /^Plan this layer in int8: \+[\d.]+ dB/.test(title));
    });
    await vscode.commands.executeCommand(action.command.command, ...action.command.arguments);
    await until(
      "that problem gone",
      () =>
        !coarse().some(
          (one) => one.message === problem.message && one.range.isEqual(problem.range),
        ),
    );
    const plan = file("models/mobilenet-v1-vww.onnx.plan.json").fsPath;
    assert.equal(JSON.parse(fs.readFileSync(plan, "utf8")).layers[0].format, "int8");
    fs.rmSync(plan);
    await set("hints.quantization", undefined);
  });

  test("a damaged file is told as such and does not harm others", async () => {
    const damaged = path.join(folder().fsPath, "damaged.onnx");
    fs.writeFileSync(
      damaged,
      fs.readFileSync(file("models/resnet50.onnx").fsPath).subarray(0, 20_000),
    );
    await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(damaged));
    await until("tab", () => customTabs().some((tab) => tab.label === "damaged.onnx"));
    const document = await vscode.workspace.openTextDocument(file("control-flow.onnxtxt"));
    await vscode.window.showTextDocument(document);
    await until("hints elsewhere", async () => (await hintsOf(document))?.length > 0);
    fs.rmSync(damaged);
  });
});
