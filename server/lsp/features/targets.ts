import { useOfFile } from "../../io/model-use.js";
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
      fence(server, "targets", [], async ({ file = "" }, signal) => {
        const choice = await workspace.targetChoice();
        const options = { key: targetsKey, title: "targets", signal };
        return engine.ask("targets", { choice, use: useOfFile(file) }, options);
      }),
    );
  },
};
