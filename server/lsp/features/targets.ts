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
      fence(server, "targets", [], async (_, signal) => {
        const choice = await workspace.targetChoice();
        return engine.ask("targets", { choice }, { key: targetsKey, title: "targets", signal });
      }),
    );
  },
};
