import { clearResults } from "../../io/quant/result-cache.js";
import { clearResultsRequest } from "../../protocol/requests.js";
import { type Feature, fence } from "../feature.js";

/** `ridgepoint/clearResults`: the cache of quantization results goes, and so does what of it is shown. */
export const clearResultsFeature: Feature = {
  id: "clear-results",
  register: (server) => {
    server.connection.onRequest(
      clearResultsRequest,
      fence(server, "clear-results", { bytes: 0 }, () => {
        const bytes = clearResults();
        server.workspace.forgetMeasured();
        server.announceChange(server.workspace.askedModels());
        return Promise.resolve({ bytes });
      }),
    );
  },
};
