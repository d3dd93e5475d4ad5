import { neverCancelled } from "../../server/core/base/cancel.js";
import type { PartFamily } from "../../server/core/design/part.js";
import type { DesignContext } from "../../server/io/design/design-request.js";

/** What an analyst is given where nobody listens and nobody stops it. */
export function designContext(families: readonly PartFamily[]): DesignContext {
  return {
    families,
    dataFolder: "server/data",
    cancel: neverCancelled,
    signal: new AbortController().signal,
    log: () => undefined,
    progress: () => undefined,
  };
}
