import { readFileSync } from "node:fs";
import path from "node:path";

/** As the package says that the running file was shipped in; undefined in a checkout that runs its sources, and in tests. */
export function productVersion(): string | undefined {
  if (typeof __filename !== "string" || !__filename.endsWith(".cjs")) return undefined;
  try {
    const text = readFileSync(path.join(__dirname, "../package.json"), "utf8");
    return (JSON.parse(text) as { readonly version?: string }).version;
  } catch {
    // A bundle that was not shipped.
    return undefined;
  }
}
