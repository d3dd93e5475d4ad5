import * as vscode from "vscode";
import { reportRequest } from "../../../server/protocol/requests.js";
import type { ClientCommand } from "../command.js";
import { modelUriFor } from "../model-uri.js";

interface Choice extends vscode.QuickPickItem {
  readonly format: string;
  /** Language of the new document; undefined: to the clipboard. */
  readonly language?: string;
}

const choices: readonly Choice[] = [
  { label: "$(clippy) Copy as Markdown", format: "markdown" },
  { label: "$(clippy) Copy as JSON", format: "json" },
  { label: "$(clippy) Copy as CSV", format: "csv" },
  { label: "$(new-file) Markdown in a new document", format: "markdown", language: "markdown" },
  { label: "$(new-file) JSON in a new document", format: "json", language: "json" },
  { label: "$(new-file) SARIF in a new document", format: "sarif", language: "json" },
];

export const command: ClientCommand = {
  id: "copyReport",
  title: "Copy Report…",
  run: async (ctx, argument) => {
    const uri = modelUriFor(argument) ?? activeDesignUri();
    if (uri === undefined) {
      void vscode.window.showInformationMessage(
        "Open a model file or a hardware description first.",
      );
      return;
    }
    const choice = await vscode.window.showQuickPick(choices, { title: "Ridgepoint: report" });
    if (choice === undefined) return;
    const { text } = await ctx.client.sendRequest(reportRequest, {
      uri: uri.toString(),
      format: choice.format,
    });
    if (text === null) throw new Error("There is no report of this file; the log says why.");
    if (choice.language === undefined) {
      await vscode.env.clipboard.writeText(text);
      vscode.window.setStatusBarMessage("Ridgepoint: the report is on the clipboard", 3000);
      return;
    }
    const document = await vscode.workspace.openTextDocument({
      language: choice.language,
      content: text,
    });
    await vscode.window.showTextDocument(document);
  },
};

function activeDesignUri(): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  const isDesign = /^(?:systemverilog|verilog|vhdl|c|cpp|cuda-cpp)$/.test(
    document?.languageId ?? "",
  );
  return isDesign ? document?.uri : undefined;
}
