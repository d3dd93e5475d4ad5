import os from "node:os";
import path from "node:path";

/** Where each system wants files that can be made again; the editor and the command line share it. */
export function cacheFolder(): string {
  const home = os.homedir();
  switch (process.platform) {
    case "win32":
      return path.join(
        process.env["LOCALAPPDATA"] ?? path.join(home, "AppData", "Local"),
        "ridgepoint",
      );
    case "darwin":
      return path.join(home, "Library", "Caches", "ridgepoint");
    default:
      return path.join(process.env["XDG_CACHE_HOME"] ?? path.join(home, ".cache"), "ridgepoint");
  }
}
