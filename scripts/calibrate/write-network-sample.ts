import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Lowered } from "../../server/core/lower/lowered.js";
import type { Target } from "../../server/core/targets/target.js";
import type { Judged } from "./error-row.js";
import { groupBy } from "./group.js";
import { linesOf, type KernelLine, type NetworkSample } from "./network-sample.js";
import type { CalibrationSet } from "./set.js";
import { firstByte } from "./split.js";

/** A held-out network that is small enough to be committed. */
export interface SampledNetwork {
  readonly judged: Judged;
  readonly lines: readonly KernelLine[];
}

/** Undefined for what has too many different kernels. */
export function sampledNetwork(
  judged: Judged,
  lowered: Lowered,
  target: Target,
): SampledNetwork | undefined {
  if (judged.sample.subject.kind !== "model" || judged.estimate.method !== "calibrated")
    return undefined;
  const { hosts } = target.calibration?.()?.calibration.network?.dispatch ?? {};
  const withBlocks = hosts?.measured.some(({ waits }) => waits === true) === true;
  const lines = linesOf(lowered, { withBlocks });
  return lines.length <= largestNetwork ? { judged, lines } : undefined;
}

/** Two networks of each target, in place of those that the file has of it. */
export function writeNetworkSample(
  folder: string,
  set: CalibrationSet,
  networks: readonly SampledNetwork[],
): void {
  if (!set.isCommittable || networks.length === 0) return;
  const chosen = [...groupBy(networks, ({ judged }) => judged.sample.target)].flatMap(([, own]) =>
    own.sort((a, b) => rankOf(a) - rankOf(b)).slice(0, perTarget),
  );
  const file = path.join(folder, `${set.id}.json`);
  const old = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as NetworkSample)
    : undefined;
  const targets = new Set(chosen.map(({ judged }) => judged.sample.target));
  const rows = [
    ...(old?.rows ?? [])
      .filter(({ target }) => !targets.has(target))
      .map((row) => ({ ...row, lines: old?.networks[row.network] ?? [] })),
    ...chosen.map(({ judged: { sample, estimate }, lines }) => ({
      target: sample.target,
      name: nameOf(sample.subject),
      seconds: Number(sample.seconds.toPrecision(5)),
      error: Number(Math.abs(estimate.value / sample.seconds - 1).toFixed(4)),
      lines,
    })),
  ].sort((a, b) => (a.target < b.target ? -1 : a.target > b.target ? 1 : a.name < b.name ? -1 : 1));
  const texts: string[] = [];
  const indexOf = (lines: readonly KernelLine[]): number => {
    const text = JSON.stringify(lines);
    if (!texts.includes(text)) texts.push(text);
    return texts.indexOf(text);
  };
  const written = rows.map(({ target, name, seconds, error, lines }) =>
    JSON.stringify({ target, name, network: indexOf(lines), seconds, error }),
  );
  const about = `${set.origin}. Licence: ${set.licence}. A sample of networks that no fit has seen, as kernels.`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    file,
    `{ "about": ${JSON.stringify(about)},\n"networks": [\n${texts.join(",\n")}\n],\n"rows": [\n${written.join(",\n")}\n] }\n`,
  );
}

function rankOf({ judged }: SampledNetwork): number {
  return firstByte(`sample|${nameOf(judged.sample.subject)}`);
}

function nameOf(subject: Judged["sample"]["subject"]): string {
  return subject.kind === "op" ? subject.text : subject.id;
}

const largestNetwork = 30;
const perTarget = 2;
