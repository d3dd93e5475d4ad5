// What the suites share: the opened folder, and what VS Code's own API says of a document.
const vscode = require("vscode");

const folder = () => vscode.workspace.workspaceFolders[0].uri;
const all = (document) => new vscode.Range(0, 0, document.lineCount, 0);

async function until(what, probe, milliseconds = 60_000) {
  for (
    const end = Date.now() + milliseconds;
    Date.now() < end;
    await new Promise((resolve) => setTimeout(resolve, 50))
  ) {
    const value = await probe();
    if (value) return value;
  }
  throw new Error(`not seen: ${what}`);
}

const hintsOf = (document) =>
  vscode.commands.executeCommand("vscode.executeInlayHintProvider", document.uri, all(document));
const labelOf = (hint) =>
  typeof hint.label === "string" ? hint.label : hint.label.map((part) => part.value).join("");
const lineOf = (document, text) =>
  document
    .getText()
    .split("\n")
    .findIndex((line) => line.includes(text));

module.exports = { all, folder, hintsOf, labelOf, lineOf, until };
