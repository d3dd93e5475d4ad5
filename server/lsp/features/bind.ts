import { bindRequest } from "../../protocol/requests.js";
import { type Feature, fence } from "../feature.js";

/** `ridgepoint/bind`: batch size, symbolic dimensions and devices of one model, for everything that shows it. */
export const bindFeature: Feature = {
  id: "bind",
  register: (server) => {
    server.connection.onRequest(
      bindRequest,
      fence(server, "bind", null, ({ uri, batch, dims, devices }) => {
        const areCountsRight = [batch, devices].every(
          (count) => count === null || (Number.isSafeInteger(count) && count >= 1),
        );
        const areDimsRight = Object.values(dims).every(
          (extent) => Number.isSafeInteger(extent) && extent >= 0,
        );
        if (areCountsRight && areDimsRight) {
          server.workspace.bind(uri, { batch, dims, devices });
          server.announceChange([uri]);
        }
        return Promise.resolve(null);
      }),
    );
  },
};
