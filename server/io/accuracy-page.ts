import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { once } from "../core/base/once.js";

/**
 * Finds a target's first line on the page of published errors, which lies in one of some places: beside the data where
 * the product is installed, else where its sources have it. Undefined for all where there is no page.
 */
export function accuracyPage(places: readonly string[]): (targetId: string) => string | undefined {
  const page = once(() => {
    const file = places.find((place) => existsSync(place));
    return file === undefined ? undefined : { file, lines: linesByTarget(file) };
  });
  return (targetId) => {
    const found = page();
    const line = found?.lines.get(targetId);
    return found === undefined || line === undefined
      ? undefined
      : `${pathToFileURL(found.file).href}#L${line}`;
  };
}

/** One-based lines of a table whose rows begin with the target's id in a code span. */
function linesByTarget(file: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [index, line] of readFileSync(file, "utf8").split("\n").entries()) {
    const id = /^\| `([^`]+)`/.exec(line)?.[1];
    if (id !== undefined && !found.has(id)) found.set(id, index + 1);
  }
  return found;
}
