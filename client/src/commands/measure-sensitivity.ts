import * as vscode from "vscode";
import { measureRequest } from "../../../server/protocol/requests.js";
import type { ClientCommand } from "../command.js";
import { modelUriOrTell } from "../model-uri.js";

/** Sensitivity with data: the model is run on the user's samples, or on made-up ones. */
export const command: ClientCommand = {
  id: "measureSensitivity",
  title: "Measure Quantization Sensitivity on Samples…",
  run: async (ctx, argument) => {
    const uri = modelUriOrTell(argument);
    if (uri === undefined) return;
    const choice = await vscode.window.showQuickPick(
      [
        { label: "Samples from a folder…", isFolder: true, isGenerated: false },
        { label: "Samples from a file…", isFolder: false, isGenerated: false },
        { label: "Made-up samples", isFolder: false, isGenerated: true },
      ],
      {
        title: "Ridgepoint: what to run the model on",
        placeHolder: ".npz with an array for each input, .npy, or .bin with bare elements",
      },
    );
    if (choice === undefined) return;
    let place: string | null = null;
    if (!choice.isGenerated) {
      const [picked] =
        (await vscode.window.showOpenDialog({
          canSelectFolders: choice.isFolder,
          canSelectFiles: !choice.isFolder,
          title: "Samples",
        })) ?? [];
      if (picked === undefined) return;
      place = picked.fsPath;
    }
    const answer = await ctx.client.sendRequest(measureRequest, { uri: uri.toString(), place });
    if (answer.kind === "impossible")
      void vscode.window.showWarningMessage(`Sensitivity is not measured. ${answer.message}`);
    if (answer.kind === "measured")
      void vscode.window.showInformationMessage(`Sensitivities are ${answer.message}.`);
  },
};
