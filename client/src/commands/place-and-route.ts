import * as vscode from "vscode";
import { placeAndRouteRequest } from "../../../server/protocol/requests.js";
import type { ClientCommand } from "../command.js";

/** The design of the active RTL file by nextpnr; its numbers then stand beside the estimates. */
export const command: ClientCommand = {
  id: "placeAndRoute",
  title: "Place and Route",
  enablement: "editorLangId =~ /^(systemverilog|verilog|vhdl)$/",
  run: async (ctx, argument) => {
    const uri =
      argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
    if (uri === undefined) return;
    const { kind, message } = await ctx.client.sendRequest(placeAndRouteRequest, {
      uri: uri.toString(),
    });
    if (kind === "impossible") void vscode.window.showWarningMessage(message);
    if (kind === "routed") void vscode.window.showInformationMessage(message);
  },
};
