import { reportRequest } from "../../protocol/requests.js";
import { askAgain } from "../ask-again.js";
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
      fence(server, "report", noReport, ({ uri, format }, signal) =>
        askAgain(async () => {
          const subject = await workspace.subjectOf(uri);
          if (subject === undefined) return noReport;
          const file = fileNameOf(modelUriOf(uri));
          const job = workspace.jobFor(subject, signal);
          return engine.ask("report", { subject, format, file }, job);
        }),
      ),
    );
  },
};
