import { reportRequest } from "../../protocol/requests.js";
import { JobStopped } from "../engine.js";
import { type Feature, fence } from "../feature.js";
import { fileNameOf, modelUriOf } from "../model-uri.js";

const noReport: { readonly text: string | null } = { text: null };

/** `ridgepoint/report`: the document that the command line prints. */
export const reportFeature: Feature = {
  id: "report",
  register: (server) => {
    const { connection, engine, workspace } = server;
    connection.onRequest(
      reportRequest,
      fence(server, "report", noReport, async ({ uri, format }, signal) => {
        const subject = await workspace.subjectOf(uri);
        if (subject === undefined)
          throw new JobStopped("failed", "The file is not on this machine.");
        const file = fileNameOf(modelUriOf(uri));
        return engine.ask("report", { subject, format, file }, workspace.jobFor(subject, signal));
      }),
    );
  },
};
