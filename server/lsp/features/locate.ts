import { locateRequest } from "../../protocol/requests.js";
import { type Feature, fence } from "../feature.js";

/** `ridgepoint/locate`: between the nodes of a page and the lines of a text. */
export const locateFeature: Feature = {
  id: "locate",
  register: (server) => {
    const { connection, engine, workspace } = server;
    connection.onRequest(
      locateRequest,
      fence(server, "locate", null, async ({ uri, ...what }, signal) => {
        const subject = await workspace.subjectOf(uri);
        if (subject === undefined) return null;
        return engine.ask("locate", { subject, ...what }, workspace.jobFor(subject, signal));
      }),
    );
  },
};
