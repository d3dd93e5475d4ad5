import type { HlsProfile } from "./estimate/profile.js";

/** `Vitis 2020.2`, `vitis-2020.2`, `vitis`, `SDx 2018.3`: as people write it. Undefined when no tool is called so. */
export function findProfile(
  profiles: readonly HlsProfile[],
  wanted: string | undefined,
): HlsProfile | undefined {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9.]/g, "");
  if (wanted === undefined) return profiles.find(({ id }) => id === defaultTool) ?? profiles[0];
  const name = plain(wanted).replace(/^vitishls/, "vitis");
  return (
    profiles.find(({ id }) => plain(id) === name) ??
    profiles.find(({ id }) => plain(id).startsWith(name) || name.startsWith(plain(id)))
  );
}

export const defaultTool = "vitis-2020.2";
