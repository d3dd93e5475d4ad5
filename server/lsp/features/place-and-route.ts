import type { Design } from "../../core/design/design.js";
import { measuredLines } from "../../core/views/design/measured-lines.js";
import { placeAndRouteRequest } from "../../protocol/requests.js";
import { JobStopped } from "../engine.js";
import { type Feature, fence } from "../feature.js";
import { fileNameOf } from "../model-uri.js";

/**
 * `ridgepoint/placeAndRoute`: nextpnr's answer beside the estimate. It takes seconds to minutes, so it runs in a thread of
 * its own, and what is typed meanwhile is analysed as ever.
 */
export const placeAndRouteFeature: Feature = {
  id: "place-and-route",
  register: (server) => {
    const { connection, workspace, design: designs } = server;
    connection.onRequest(
      placeAndRouteRequest,
      fence(
        server,
        "place-and-route",
        impossible("Something went wrong in Ridgepoint; the log says what."),
        async ({ uri }, signal) => {
          const document = workspace.documents.get(uri);
          const request = document && (await designs.routeRequest(document));
          if (request === undefined)
            return impossible("Open a SystemVerilog, Verilog or VHDL file on this machine first.");
          const abort = new AbortController();
          signal.addEventListener("abort", () => abort.abort());
          const progress = await connection.window.createWorkDoneProgress();
          progress.begin("Ridgepoint", undefined, `synthesising ${fileNameOf(uri)}`, true);
          progress.token.onCancellationRequested(() => abort.abort());
          const engine = server.startDesignEngine((stage) => progress.report(stage));
          try {
            const found = await engine.analyse(request, abort.signal);
            const [measured] = found.measured;
            if (measured === undefined) return impossible(complaintOf(found));
            designs.keepRouted(uri, request, found.measured);
            workspace.renew(uri);
            server.announceChange([uri]);
            const [speed = measured.tool] = measuredLines(measured, found);
            return { kind: "routed" as const, message: `${speed}.` };
          } catch (error) {
            if (error instanceof JobStopped) return { kind: "cancelled" as const, message: "" };
            throw error;
          } finally {
            engine.dispose();
            progress.done();
          }
        },
      ),
    );
  },
};

function impossible(message: string): { readonly kind: "impossible"; readonly message: string } {
  return { kind: "impossible", message };
}

/** Why nothing was routed: what place and route says, else what keeps the design from being synthesised. */
function complaintOf({ problems }: Design): string {
  const told =
    problems.find(({ code }) => /^RP505\d$/.test(code)) ??
    problems.find(({ severity }) => severity === "error");
  return told?.message ?? "The design could not be synthesised.";
}
