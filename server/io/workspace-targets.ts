import { readFileSync } from "node:fs";
import path from "node:path";
import { decodeSettings } from "../protocol/settings.js";

/**
 * Targets that the workspace of a file has chosen: `ridgepoint.targets` in the nearest `.vscode/settings.json` above it,
 * which is where the editor keeps them. Empty when there is none, or when it cannot be read.
 */
export function workspaceTargets(file: string): readonly string[] {
  for (let folder = path.dirname(path.resolve(file)); ; folder = path.dirname(folder)) {
    const targets = targetsIn(path.join(folder, ".vscode", "settings.json"));
    if (targets.length > 0 || folder === path.dirname(folder)) return targets;
  }
}

function targetsIn(file: string): readonly string[] {
  let content: unknown;
  try {
    content = JSON.parse(withoutComments(readFileSync(file, "utf8")));
  } catch {
    return []; // No such file, or one that is being edited: the default targets serve.
  }
  if (typeof content !== "object" || content === null) return [];
  const targets: unknown = (content as Readonly<Record<string, unknown>>)["ridgepoint.targets"];
  return decodeSettings({ targets }).settings.targets;
}

/** The editor's settings are JSON with comments and trailing commas. */
function withoutComments(text: string): string {
  const bare = text.replace(
    /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (_, literal: string | undefined) => literal ?? "",
  );
  return bare.replace(
    /("(?:[^"\\]|\\.)*")|,(?=\s*[\]}])/g,
    (_, literal: string | undefined) => literal ?? "",
  );
}
