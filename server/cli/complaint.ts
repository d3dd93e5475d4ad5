import { statSync } from "node:fs";
import path from "node:path";
import type { Problem } from "../core/base/problem.js";

/** Why a source file of the command line cannot be read; undefined where it can. */
export function complaintOf(file: string, mostBytes = Infinity): Problem | undefined {
  const status = statSync(file, { throwIfNoEntry: false });
  const reason =
    status === undefined
      ? "there is no such file"
      : !status.isFile()
        ? "it is not a file"
        : status.size > mostBytes
          ? `it has more than ${mostBytes >> 20} MiB`
          : undefined;
  if (reason === undefined) return undefined;
  const message = `\`${path.basename(file)}\` cannot be read: ${reason}.`;
  return { code: "RP1000", severity: "error", message };
}
