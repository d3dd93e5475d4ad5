import { toLocation } from "../convert.js";
import { type Feature, fence } from "../feature.js";
import { mentionsAt } from "../mentions-at.js";

/** From a tensor's use to where it is made: a node's output, an input or a weight. */
export const definitionFeature: Feature = {
  id: "definition",
  capabilities: { definitionProvider: true },
  register: (server) => {
    server.connection.onDefinition(
      fence(server, "definition", null, async ({ textDocument, position }, signal) => {
        const found = await mentionsAt(server, textDocument.uri, position, signal);
        const definitions = found.mentions.filter((mention) => mention.isDefinition);
        return definitions.map((mention) => toLocation(found.document, mention.span));
      }),
    );
  },
};
