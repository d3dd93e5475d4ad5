import { toHighlight } from "../convert.js";
import { type Feature, fence } from "../feature.js";
import { mentionsAt } from "../mentions-at.js";

/** Marks the other places of the tensor under the cursor. */
export const documentHighlightFeature: Feature = {
  id: "document-highlight",
  capabilities: { documentHighlightProvider: true },
  register: (server) => {
    server.connection.onDocumentHighlight(
      fence(server, "document-highlight", null, async ({ textDocument, position }, signal) => {
        const found = await mentionsAt(server, textDocument.uri, position, signal);
        return found.mentions.map((mention) => toHighlight(found.document, mention));
      }),
    );
  },
};
