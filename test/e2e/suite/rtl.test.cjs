// SystemVerilog in the real editor: a bundled synthesis puts resources on the lines that take them.
const assert = require("node:assert/strict");
const vscode = require("vscode");
const { folder, hintsOf, labelOf, lineOf, until } = require("./kit.cjs");

suite("SystemVerilog", function () {
  this.timeout(120_000);
  let document;
  suiteSetup(async () => {
    document = await vscode.workspace.openTextDocument(
      vscode.Uri.joinPath(folder(), "rtl", "systolic.sv"),
    );
    await vscode.window.showTextDocument(document);
    await until("hints", async () => (await hintsOf(document))?.length > 0, 100_000);
  });

  test("the file is SystemVerilog, and its multipliers stand on their line", async () => {
    assert.equal(document.languageId, "systemverilog");
    const line = lineOf(document, "product <= a * b");
    const own = (await hintsOf(document)).filter((hint) => hint.position.line === line);
    assert.equal(own.length, 1);
    assert.match(labelOf(own[0]), /^16 DSP/);
  });

  test("the lens on the top has resources, clock and whether it fits", async () => {
    const line = lineOf(document, "module systolic");
    const lens = await until("filled lens", async () => {
      const found = await vscode.commands.executeCommand(
        "vscode.executeCodeLensProvider",
        document.uri,
        20,
      );
      const own = found?.find((item) => item.range.start.line === line);
      return /DSP/.test(own?.command?.title ?? "") ? own : undefined;
    });
    assert.match(lens.command.title, /LUT · .* FF · 16 DSP · .*MHz.* · fits xc7a35t/);
  });
});
