import type { MappingParams, MappingView } from "../../core/views/mapping.js";
import { type ViewReply, viewRequest } from "../../protocol/requests.js";
import type { ViewId } from "../../protocol/views.js";
import { askAgain } from "../ask-again.js";
import { JobStopped } from "../engine.js";
import { type Feature, fence, type ServerContext } from "../feature.js";
import { withRtlPrices } from "../rtl-prices.js";

const ourMistake: ViewReply<ViewId> = {
  kind: "failed",
  message: "Something went wrong in Ridgepoint; the log says what.",
};

const notHere: ViewReply<ViewId> = {
  kind: "failed",
  message: "Only files on this machine can be analysed.",
};

/** What synthesis has to say of a mapping is nothing that the analysis of models knows. */
async function priced(
  server: ServerContext,
  reply: ViewReply<ViewId>,
  params: unknown,
  signal: AbortSignal,
): Promise<ViewReply<ViewId>> {
  if (reply.kind !== "view" || reply.view === null) return reply;
  const view = await withRtlPrices(
    server,
    reply.view as MappingView,
    params as MappingParams,
    signal,
  );
  return { ...reply, view };
}

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
            const job = {
              ...workspace.jobFor(subject, signal, isRetry),
              // Seconds of work for one question, of which nothing is kept.
              stopsWithCaller: view === "serving",
            };
            const reply = await engine.ask("view", { subject, view, params }, job);
            return view === "mapping" ? await priced(server, reply, params, signal) : reply;
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
