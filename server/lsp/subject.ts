import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Bindings } from "../core/analysis.js";
import { parseBudget, type Goals } from "../core/goals.js";
import type { Settings } from "../protocol/settings.js";
import type { Subject } from "./worker-api.js";

/** The file whose own bytes weights lie in, or beside which their files lie. */
export function pathOf({ source, fileName }: Subject): string | undefined {
  switch (source.kind) {
    case "file":
    case "printed":
    case "config":
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

export function bindingsOf({ batch, dims, goals }: Subject): Bindings {
  return {
    ...(goals !== undefined && { goals }),
    ...(batch !== null && { batch }),
    inputs: new Map(),
    dims: new Map(Object.entries(dims)),
  };
}

/** Undefined where none is set: most people have none. */
export function goalsOf({ budget, gridCarbon }: Settings): Goals | undefined {
  const parsed = parseBudget(budget);
  if (parsed === undefined && gridCarbon === null) return undefined;
  return {
    ...(parsed !== undefined && { budget: parsed }),
    ...(gridCarbon !== null && { gridGramsPerKilowattHour: gridCarbon }),
  };
}

/** Equal for equal extents. */
export function bindingsText({ batch, dims }: Pick<Subject, "batch" | "dims">): string {
  return JSON.stringify([batch, Object.entries(dims).sort()]);
}
