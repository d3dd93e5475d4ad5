import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Outcome, Problem } from "../core/base/problem.js";
import { decodeProfile } from "../core/hls/estimate/decode-profile.js";
import type { HlsProfile } from "../core/hls/estimate/profile.js";

/** Every file of `hls` in the data folder: how each release of a tool turns C++ into hardware. */
export function loadHlsProfiles(dataFolder: string): Outcome<readonly HlsProfile[]> {
  const folder = path.join(dataFolder, "hls");
  const problems: Problem[] = [];
  const profiles = readdirSync(folder)
    .filter((name) => name.endsWith(".json") && !name.startsWith("hls4ml"))
    .sort()
    .flatMap((file) => {
      const value: unknown = JSON.parse(readFileSync(path.join(folder, file), "utf8"));
      const profile = decodeProfile(value, file);
      problems.push(...profile.problems);
      return profile.value ?? [];
    });
  return { value: profiles, problems };
}
