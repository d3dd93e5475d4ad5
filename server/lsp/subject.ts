import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Bindings } from "../core/analysis.js";
import type { Subject } from "./worker-api.js";

/** The file whose own bytes weights lie in, or beside which their files lie. */
export function pathOf({ source, fileName }: Subject): string | undefined {
  switch (source.kind) {
    case "file":
    case "printed":
      return source.path;
    case "text":
      return source.folder === null ? undefined : path.join(source.folder, fileName);
    case "python":
      return undefined;
  }
}

/** The Python file that was run; undefined for other subjects. A variant's address has its id behind `#`. */
export function sourceFileOf({ source, uri }: Subject): string | undefined {
  return source.kind === "python" && uri.startsWith("file:")
    ? fileURLToPath(uri.split("#")[0] ?? "")
    : undefined;
}

export function bindingsOf({ batch, dims }: Subject): Bindings {
  return {
    ...(batch !== null && { batch }),
    inputs: new Map(),
    dims: new Map(Object.entries(dims)),
  };
}

/** Equal for equal extents. */
export function bindingsText({ batch, dims }: Pick<Subject, "batch" | "dims">): string {
  return JSON.stringify([batch, Object.entries(dims).sort()]);
}
