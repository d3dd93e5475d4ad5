import * as vscode from "vscode";
import { bindRequest } from "../../../server/protocol/requests.js";
import { parseBinding } from "../binding.js";
import type { ClientCommand } from "../command.js";
import { modelUriOrTell } from "../model-uri.js";

export const command: ClientCommand = {
  id: "setDimensions",
  title: "Set Batch Size and Dimensions…",
  run: async (ctx, argument) => {
    const uri = modelUriOrTell(argument);
    if (uri === undefined) return;
    const key = `binding:${uri.toString()}`;
    const text = await vscode.window.showInputBox({
      title: "Ridgepoint: batch size and dimensions",
      prompt:
        "For example `batch=8, sequence_length=128`; a scalar input by its name; a language model's `devices=4`. Empty: as declared.",
      value: ctx.extension.workspaceState.get<string>(key, ""),
      validateInput: (value) => {
        const parsed = parseBinding(value);
        return parsed.kind === "wrong" ? parsed.message : undefined;
      },
    });
    if (text === undefined) return;
    const parsed = parseBinding(text);
    if (parsed.kind === "wrong") return;
    await ctx.extension.workspaceState.update(key, text === "" ? undefined : text);
    await ctx.client.sendRequest(bindRequest, {
      uri: uri.toString(),
      ...parsed.binding,
    });
  },
};
