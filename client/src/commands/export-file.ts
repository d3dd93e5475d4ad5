import * as vscode from "vscode";
import { reportRequest, viewRequest } from "../../../server/protocol/requests.js";
import type { ClientCommand } from "../command.js";
import { modelUriOrTell } from "../model-uri.js";
import { saveFileAndTell } from "../save-file.js";

interface Choice extends vscode.QuickPickItem {
  readonly source: "report" | "export";
  readonly format: string;
  /** Of the file, for reports; exports name their own. */
  readonly extension: string;
}

const choices: readonly Choice[] = [
  {
    label: "$(browser) Report with figures (HTML)",
    source: "report",
    format: "html",
    extension: ".html",
  },
  {
    label: "$(markdown) Report (Markdown)",
    source: "report",
    format: "markdown",
    extension: ".md",
  },
  { label: "$(table) Layers (CSV)", source: "report", format: "csv", extension: ".csv" },
  { label: "$(json) All numbers (JSON)", source: "report", format: "json", extension: ".json" },
  { label: "$(warning) Problems (SARIF)", source: "report", format: "sarif", extension: ".sarif" },
  { label: "$(type-hierarchy-sub) Graph (SVG)", source: "export", format: "graph", extension: "" },
  { label: "$(graph-line) Roofline (SVG)", source: "export", format: "roofline", extension: "" },
  { label: "$(graph-left) Timeline (SVG)", source: "export", format: "timeline", extension: "" },
  { label: "$(layers) Memory plan (SVG)", source: "export", format: "memory", extension: "" },
  { label: "$(pulse) Timeline for Perfetto", source: "export", format: "perfetto", extension: "" },
  {
    label: "$(link-external) Attachment for Netron",
    source: "export",
    format: "netron",
    extension: "",
  },
  {
    label: "$(link-external) Node data for Model Explorer",
    source: "export",
    format: "model-explorer",
    extension: "",
  },
];

export const command: ClientCommand = {
  id: "exportFile",
  title: "Export…",
  icon: "$(export)",
  run: async (ctx, argument) => {
    const uri = modelUriOrTell(argument);
    if (uri === undefined) return;
    const choice = await vscode.window.showQuickPick(choices, { title: "Ridgepoint: export" });
    if (choice === undefined) return;
    const made = await contentOf(choice);
    if (made === undefined) throw new Error("There is nothing to write; the log says why.");
    await saveFileAndTell(uri, made);

    async function contentOf({
      source,
      format,
      extension,
    }: Choice): Promise<{ readonly name: string; readonly content: string } | undefined> {
      if (uri === undefined) return undefined;
      if (source === "report") {
        const { text } = await ctx.client.sendRequest(reportRequest, {
          uri: uri.toString(),
          format,
        });
        const base = uri.path.slice(uri.path.lastIndexOf("/") + 1);
        return text === null ? undefined : { name: base + extension, content: text };
      }
      const reply = await ctx.client.sendRequest(viewRequest, {
        uri: uri.toString(),
        view: "export-file",
        params: { format, target: null },
      });
      if (reply.kind === "failed") throw new Error(reply.message);
      if (reply.kind !== "view" || reply.view === null || reply.view === undefined)
        return undefined;
      return "text" in reply.view && "name" in reply.view
        ? { name: reply.view.name, content: reply.view.text }
        : undefined;
    }
  },
};
