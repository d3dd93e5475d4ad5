// PyTorch source in the real editor: nothing is installed, and the cost stands on the line that causes it.
const assert = require("node:assert/strict");
const vscode = require("vscode");
const { folder, hintsOf, labelOf, lineOf, until } = require("./kit.cjs");

const lensesOf = (document) =>
  vscode.commands.executeCommand("vscode.executeCodeLensProvider", document.uri, 20);

suite("PyTorch source", function () {
  this.timeout(120_000);
  let document;
  suiteSetup(async () => {
    document = await vscode.workspace.openTextDocument(
      vscode.Uri.joinPath(folder(), "python", "resnet.py"),
    );
    await vscode.window.showTextDocument(document);
    await until("hints", async () => (await hintsOf(document))?.length > 0, 100_000);
  });

  test("a layer's cost stands behind the line that makes it", async () => {
    const line = lineOf(document, "self.conv1 = nn.Conv2d(3, 64");
    const own = (await hintsOf(document)).filter((hint) => hint.position.line === line);
    assert.equal(own.length, 1);
    assert.match(labelOf(own[0]), /\d.* (ns|µs|ms)\b.*· .* %/);
    for (const hint of await hintsOf(document))
      assert.ok(labelOf(hint).length <= 20, labelOf(hint));
  });

  test("the lens on the class has the parameters and multiplications of ResNet-50", async () => {
    const line = lineOf(document, "class ResNet(");
    const lens = await until("filled lens", async () => {
      const found = (await lensesOf(document))?.find((item) => item.range.start.line === line);
      return /params/.test(found?.command?.title ?? "") ? found : undefined;
    });
    assert.match(lens.command.title, /25\.6 M params · 4\.09 GMAC/);
  });

  test("the hover tells shapes, instances, targets and where the input comes from", async () => {
    const line = lineOf(document, "self.conv1 = nn.Conv2d(3, 64");
    const at = new vscode.Position(line, document.lineAt(line).text.indexOf("nn.Conv2d") + 4);
    const text = await until("hover", async () => {
      const hovers = await vscode.commands.executeCommand(
        "vscode.executeHoverProvider",
        document.uri,
        at,
      );
      const found = hovers
        .flatMap((hover) => hover.contents)
        .map((content) => content.value ?? content)
        .join("\n");
      return /Conv2d 3→64 k7 s2/.test(found) ? found : undefined;
    });
    assert.match(text, /float32\[1,3,224,224\]/);
    assert.match(text, /roofline/);
    assert.match(text, /first layer/);
  });

  test("a shape that does not fit is marked while typing, and goes when mended", async () => {
    const line = lineOf(document, "self.fc = nn.Linear(");
    const good = document.lineAt(line).text;
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, document.lineAt(line).range, good.replace("512 *", "500 *"));
    assert.ok(await vscode.workspace.applyEdit(edit));
    const problem = await until("a problem", () =>
      vscode.languages
        .getDiagnostics(document.uri)
        .find((item) => /cannot be multiplied/.test(item.message)),
    );
    assert.equal(problem.range.start.line, lineOf(document, "return self.fc(x)"));
    const back = new vscode.WorkspaceEdit();
    back.replace(document.uri, document.lineAt(line).range, good);
    assert.ok(await vscode.workspace.applyEdit(back));
    await until(
      "no problem",
      () =>
        !vscode.languages
          .getDiagnostics(document.uri)
          .some(
            (item) =>
              item.source === "ridgepoint" && item.severity === vscode.DiagnosticSeverity.Error,
          ),
    );
  });
});
