import * as vscode from "vscode";
import { formatBytes } from "../../../server/core/base/units.js";
import { clearResultsRequest } from "../../../server/protocol/requests.js";
import type { ClientCommand } from "../command.js";

export const command: ClientCommand = {
  id: "clearResults",
  title: "Clear Cached Quantization Results",
  run: async (ctx) => {
    const { bytes } = await ctx.client.sendRequest(clearResultsRequest, {});
    void vscode.window.showInformationMessage(
      bytes === 0
        ? "There were no cached quantization results."
        : `Cached quantization results are gone (${formatBytes(bytes)}); weights are read again when they are asked for.`,
    );
  },
};
