import { isDecoderName } from "../../protocol/config-source.js";
import { targetsRequest } from "../../protocol/requests.js";
import { type Feature, fence } from "../feature.js";
import { targetsKey } from "../workspace.js";

/** `ridgepoint/targets`: the catalogue, for the picker. */
export const targetsFeature: Feature = {
  id: "targets",
  register: (server) => {
    const { connection, engine, workspace } = server;
    connection.onRequest(
      targetsRequest,
      fence(server, "targets", [], async ({ uri, isChosenOnly = false }, signal) => {
        const subject =
          uri !== undefined && isDecoderName(uri) ? await workspace.subjectOf(uri) : undefined;
        const choice = await workspace.targetChoice();
        const options = { key: targetsKey, title: "targets", signal };
        const question = { choice, ...(subject !== undefined && { subject }) };
        const targets = await engine.ask("targets", question, options);
        return isChosenOnly ? targets.filter(({ isChosen }) => isChosen) : targets;
      }),
    );
  },
};
