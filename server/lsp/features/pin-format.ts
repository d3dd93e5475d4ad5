import { writePlanFile } from "../../io/quant/plan-file.js";
import { type Feature, fence } from "../feature.js";
import { modelUriOf } from "../model-uri.js";
import { pathOf } from "../subject.js";

/** Address of the document, name of the layer, scheme id or "". */
export const pinFormatCommand = "ridgepoint.pinFormat";

/** The command behind quick fixes in a model's text: fixes a layer's number format in the plan file beside the model. */
export const pinFormatFeature: Feature = {
  id: "pin-format",
  capabilities: { executeCommandProvider: { commands: [pinFormatCommand] } },
  register: (server) => {
    const { connection, workspace } = server;
    connection.onExecuteCommand(
      fence(server, "pin-format", null, async ({ command, arguments: words = [] }) => {
        const [uri, layer, format] = words as readonly unknown[];
        if (command !== pinFormatCommand) return null;
        if (typeof uri !== "string" || typeof layer !== "string" || typeof format !== "string")
          return null;
        const subject = await workspace.subjectOf(uri);
        const modelPath = subject && pathOf(subject);
        if (modelPath === undefined) return null;
        const file = writePlanFile(modelPath, layer, format);
        workspace.bump(uri);
        server.announceChange([modelUriOf(uri)]);
        return file;
      }),
    );
  },
};
