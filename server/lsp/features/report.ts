import { reportRequest } from "../../protocol/requests.js";
import { JobStopped } from "../engine.js";
import { type Feature, fence } from "../feature.js";
import { fileNameOf, modelUriOf } from "../model-uri.js";

/** `ridgepoint/report`: the document that the command line prints. */
export const reportFeature: Feature = {
  id: "report",
  register: (server) => {
    const { connection, engine, workspace } = server;
    connection.onRequest(
      reportRequest,
      fence(server, "report", { text: null }, async ({ uri, format }, signal) => {
        const subject = await workspace.subjectOf(uri);
        if (subject === undefined)
          throw new JobStopped("failed", "The file is not on this machine.");
        const fileName = fileNameOf(modelUriOf(uri));
        return engine.ask(
          "report",
          { subject, format, fileName },
          workspace.jobFor(subject, signal),
        );
      }),
    );
  },
};
