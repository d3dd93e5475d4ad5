import { existsSync, realpathSync } from "node:fs";
import path from "node:path";

/** The folder of an engine's own files beside this bundle, or in the build of a checkout; undefined where it is not built. */
export function bundledFolder(engine: string): string | undefined {
  const here = typeof __dirname === "string" ? __dirname : process.cwd();
  const found = [
    path.join(here, engine),
    path.join(here, "..", engine),
    path.join("dist", engine),
  ].find((folder) => existsSync(path.join(folder, "child.mjs")));
  return found === undefined ? undefined : realpathSync(found);
}
