import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { startServer } from "../lsp/server.js";
import type { Command } from "./command.js";
import { UsageError } from "./usage-error.js";

export const command: Command = {
  name: "lsp",
  summary: "the language server for any editor, over standard input and output",
  usage: "ridgepoint lsp --stdio",
  run: async (words) => {
    if (words.length !== 1 || words[0] !== "--stdio")
      throw new UsageError("Write `ridgepoint lsp --stdio`.");
    startServer(createConnection(ProposedFeatures.all, process.stdin, process.stdout));
    // The connection ends the process when the editor says exit or goes away.
    return new Promise<number>(() => undefined);
  },
};
