import type { Position } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Mention } from "../core/views/text/mentions.js";
import type { ServerContext } from "./feature.js";
import { JobStopped } from "./engine.js";
import { isDesignLanguage } from "./design-documents.js";
import { isPython } from "./python-documents.js";

/** All places of the tensor under the cursor: what definition, references and highlights answer from. */
export async function mentionsAt(
  { engine, workspace }: ServerContext,
  uri: string,
  position: Position,
  signal: AbortSignal,
): Promise<{ readonly document: TextDocument; readonly mentions: readonly Mention[] }> {
  const document = workspace.documents.get(uri);
  if (document !== undefined && (isPython(document) || isDesignLanguage(document)))
    return { document, mentions: [] };
  const subject = await workspace.subjectOf(uri);
  if (subject === undefined || document === undefined)
    throw new JobStopped("failed", "The document is not open.");
  const mentions = await engine.ask(
    "mentions",
    { subject, offset: document.offsetAt(position) },
    workspace.jobFor(subject, signal),
  );
  return { document, mentions };
}
