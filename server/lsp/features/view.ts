import { type ViewReply, viewRequest } from "../../protocol/requests.js";
import type { ViewId } from "../../protocol/views.js";
import { askAgain } from "../ask-again.js";
import { JobStopped } from "../engine.js";
import { type Feature, fence } from "../feature.js";

const ourMistake: ViewReply<ViewId> = {
  kind: "failed",
  message: "Something went wrong in Ridgepoint; the log says what.",
};

const notHere: ViewReply<ViewId> = {
  kind: "failed",
  message: "Only files on this machine can be analysed.",
};

/** `ridgepoint/view`: one view of one model, for a page. */
export const viewFeature: Feature = {
  id: "view",
  register: (server) => {
    const { connection, engine, workspace } = server;
    connection.onRequest(
      viewRequest,
      fence(server, "view", ourMistake, async ({ uri, view, params, isRetry, suppose }, signal) => {
        try {
          signal.addEventListener("abort", () => workspace.dropSupposed(uri, suppose));
          return await askAgain(async () => {
            const subject = await workspace.subjectOf(uri, suppose);
            if (subject === undefined) return notHere;
            const job = workspace.jobFor(subject, signal, isRetry);
            return engine.ask("view", { subject, view, params }, job);
          }, signal);
        } catch (error) {
          if (error instanceof JobStopped && error.reason === "failed")
            return { kind: "failed", message: error.message };
          if (error instanceof JobStopped && error.reason === "cancelled")
            return { kind: "cancelled" };
          throw error;
        }
      }),
    );
  },
};
