import { writePlanFile } from "../../io/quant/plan-file.js";
import { type Feature, fence } from "../feature.js";
import { modelUriOf } from "../model-uri.js";
import { pathOf } from "../subject.js";

/** Address of the document, names of the layers, scheme id or "". */
export const pinFormatCommand = "ridgepoint.pinFormat";

/** The command behind quick fixes in a model's text: fixes the number format of layers in the plan file beside the model. */
export const pinFormatFeature: Feature = {
  id: "pin-format",
  capabilities: { executeCommandProvider: { commands: [pinFormatCommand] } },
  register: (server) => {
    const { connection, workspace } = server;
    connection.onExecuteCommand(
      fence(server, "pin-format", null, async ({ command, arguments: words = [] }) => {
        const [uri, layers, format] = words as readonly unknown[];
        if (command !== pinFormatCommand) return null;
        if (typeof uri !== "string" || !isTexts(layers) || typeof format !== "string") return null;
        const subject = await workspace.subjectOf(uri);
        const modelPath = subject && pathOf(subject);
        if (modelPath === undefined) return null;
        const file = writePlanFile(modelPath, layers, format);
        workspace.bump(uri);
        server.announceChange([modelUriOf(uri)]);
        return file;
      }),
    );
  },
};

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
