import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { Counted } from "../../core/design/calibration/counted.js";
import { decodeStates } from "../../core/design/calibration/decode-pairs.js";
import type { SourceState } from "../../core/design/calibration/report-pair.js";
import { cacheFolder } from "../cache-folder.js";
import { hashOf, openShelf } from "../quant/result-cache.js";
import type { DesignRequest } from "./design-request.js";

const stateLimit = 12;
const limits = { fileBytes: 2 << 20, allBytes: 64 << 20 };

export function stateFolder(): string {
  return path.join(cacheFolder(), "designs");
}

/** Texts by absolute path, and what they are together. */
export function hashOfSources(texts: ReadonlyMap<string, string>, project: string): string {
  const parts = [...texts]
    .map(([file, text]) => [path.relative(project, file), hashOf(text)])
    .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  return hashOf(JSON.stringify(parts));
}

/**
 * The states of a design's sources that were analysed, this one last if it lies on disk: a report that comes after an hour of synthesis is of
 * the sources as they were, which may have been edited since. `question` is what the counts depend on beside them.
 */
export function statesOf(
  request: DesignRequest,
  now: {
    readonly texts: ReadonlyMap<string, string>;
    readonly sources: string;
    readonly ours: Counted;
  },
  question: { readonly project: string; readonly key: string },
): readonly SourceState[] {
  const shelf = openShelf(question.project, stateFolder(), limits);
  const key = hashOf(question.key);
  const states = decodeStates(shelf.get(key) ?? []);
  const since = writtenSince(request, now.texts);
  if (since === undefined || states.at(-1)?.sources === now.sources) return states;
  const { sources, ours } = now;
  const all = [...states, { sources, since, ours }].slice(-stateLimit);
  shelf.put(key, all);
  return all;
}

/** The time of the newest file; undefined where what was analysed is not what lies on disk. */
function writtenSince(
  { overlays }: DesignRequest,
  texts: ReadonlyMap<string, string>,
): string | undefined {
  let newest = 0;
  for (const [file, text] of texts) {
    const status = statSync(file, { throwIfNoEntry: false });
    if (status === undefined || overlays[file] !== undefined) return undefined;
    if (readFileSync(file, "utf8") !== text) return undefined;
    newest = Math.max(newest, status.mtimeMs);
  }
  return texts.size === 0 ? undefined : new Date(newest).toISOString();
}
