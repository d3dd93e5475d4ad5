import { toLocation } from "../convert.js";
import { type Feature, fence } from "../feature.js";
import { mentionsAt } from "../mentions-at.js";

/** Every use of a tensor. */
export const referencesFeature: Feature = {
  id: "references",
  capabilities: { referencesProvider: true },
  register: (server) => {
    server.connection.onReferences(
      fence(server, "references", null, async ({ textDocument, position, context }, signal) => {
        const found = await mentionsAt(server, textDocument.uri, position, signal);
        return found.mentions
          .filter((mention) => context.includeDeclaration || !mention.isDefinition)
          .map((mention) => toLocation(found.document, mention.span));
      }),
    );
  },
};
