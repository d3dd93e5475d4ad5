import type { CancellationToken, Connection, ServerCapabilities } from "vscode-languageserver/node";
import { LSPErrorCodes, ResponseError } from "vscode-languageserver/node";
import type { Engine } from "./engine.js";
import { JobStopped } from "./engine.js";
import type { DesignEngine } from "./design-engine.js";
import type { DesignDocuments } from "./design-documents.js";
import type { KernelDocuments } from "./kernel-documents.js";
import type { PythonDocuments } from "./python-documents.js";
import type { Workspace } from "./workspace.js";

/** One thing that the server can do; a file each in `features/`, listed in `features.ts`. */
export interface Feature {
  readonly id: string;
  readonly capabilities?: Partial<ServerCapabilities>;
  readonly register: (server: ServerContext) => void;
}

export interface ServerContext {
  readonly connection: Connection;
  readonly workspace: Workspace;
  readonly engine: Engine;
  readonly python: PythonDocuments;
  readonly design: DesignDocuments;
  readonly kernels: KernelDocuments;
  /** For an analysis beside those of the documents, in a thread of its own; whoever starts it ends it. */
  readonly startDesignEngine: (onStage: (stage: string) => void) => DesignEngine;
  readonly log: (line: string) => void;
  /** Tells the client that what it shows is out of date: hints, lenses, problems, and pages of these models. */
  readonly announceChange: (modelUris: readonly string[]) => void;
}

/**
 * Runs a feature's handler so that a throw stays inside it: logged with the feature's id, answered with `fallback`.
 * What was cancelled or overtaken is answered as such, so that the editor keeps what it shows and asks again.
 */
export function fence<P, R>(
  server: ServerContext,
  id: string,
  fallback: R,
  handle: (params: P, signal: AbortSignal) => Promise<R>,
): (params: P, token: CancellationToken) => Promise<R | ResponseError<never>> {
  return async (params, token) => {
    const abort = new AbortController();
    const listening = token.onCancellationRequested(() => abort.abort());
    try {
      return await handle(params, abort.signal);
    } catch (error) {
      if (
        token.isCancellationRequested ||
        (error instanceof JobStopped && error.reason === "aborted")
      )
        return new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
      if (error instanceof JobStopped && error.reason === "superseded")
        return new ResponseError(LSPErrorCodes.ContentModified, "The content changed.");
      if (!(error instanceof JobStopped))
        server.log(
          `${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
      return fallback;
    } finally {
      listening.dispose();
    }
  };
}
