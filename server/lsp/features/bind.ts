import { bindRequest } from "../../protocol/requests.js";
import { type Feature, fence } from "../feature.js";

/** `ridgepoint/bind`: batch size and symbolic dimensions of one model, for everything that shows it. */
export const bindFeature: Feature = {
  id: "bind",
  register: (server) => {
    server.connection.onRequest(
      bindRequest,
      fence(server, "bind", null, ({ uri, batch, dims }) => {
        const isBatchRight = batch === null || (Number.isSafeInteger(batch) && batch >= 1);
        const areDimsRight = Object.values(dims).every(
          (extent) => Number.isSafeInteger(extent) && extent >= 0,
        );
        if (isBatchRight && areDimsRight) {
          server.workspace.bind(uri, { batch, dims });
          server.announceChange([uri]);
        }
        return Promise.resolve(null);
      }),
    );
  },
};
