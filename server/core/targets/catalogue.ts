import type { Report } from "../base/problem.js";
import type { Chip, Sourced } from "./chip.js";
import type { Precision } from "./precision.js";
import type { Runtime } from "./runtime.js";
import type { Catalogue, Target } from "./target.js";

export interface CatalogueParts {
  readonly chips: readonly Chip[];
  readonly runtimes: readonly Runtime[];
  readonly precisions: readonly Precision[];
}

/**
 * Every chip with the runtimes and precisions that its file names. Of two parts with one id the later holds, so that a
 * user's file can correct one of ours. A name that leads nowhere costs its targets and is reported; the rest stay.
 */
export function buildCatalogue(parts: CatalogueParts, report: Report = () => undefined): Catalogue {
  const chips = byId("Device", parts.chips, report);
  const runtimes = byId("Runtime", parts.runtimes, report);
  const precisions = byId("Precision", parts.precisions, report);
  const targets = new Map<string, Target>();
  for (const chip of chips.values()) {
    for (const [runtimeIndex, entry] of chip.runtimes.entries()) {
      const path = `runtimes[${runtimeIndex}]`;
      const runtime = runtimes.get(entry.runtime);
      if (runtime === undefined) {
        complain(
          report,
          chip,
          `${path}.runtime`,
          `names \`${entry.runtime}\`, which is no runtime.`,
        );
        continue;
      }
      const adapted = adaptedTo(chip, entry, runtime);
      for (const [precisionIndex, precisionId] of entry.precisions.entries()) {
        const place = `${path}.precisions[${precisionIndex}]`;
        const precision = precisions.get(precisionId);
        const reason =
          precision === undefined
            ? `names \`${precisionId}\`, which is no precision.`
            : lackOf(chip, precision);
        if (precision === undefined || reason !== undefined) {
          complain(report, chip, place, reason ?? "");
          continue;
        }
        const target = targetOf(chip, adapted, precision);
        targets.set(target.id, target);
      }
    }
  }
  return { targets: [...targets.values()], find: (id) => targets.get(id) };
}

/** The first of the named peaks that the chip has. */
export function peakOf(
  peaks: Readonly<Record<string, Sourced>>,
  names: readonly string[],
): Sourced | undefined {
  for (const name of names) if (Object.hasOwn(peaks, name)) return peaks[name];
  return undefined;
}

function targetOf(chip: Chip, runtime: Runtime, precision: Precision): Target {
  return {
    id: `${chip.id}/${runtime.id}/${precision.id}`,
    label: `${chip.name} · ${runtime.name} · ${precision.name}`,
    chip,
    runtime: asOn(runtime, chip, precision),
    precision,
  };
}

/** The runtime with all that it does not run on this chip in this precision. */
function asOn(runtime: Runtime, chip: Chip, { id }: Precision): Runtime {
  const ofChip = Object.entries(runtime.unsupportedOn ?? {}).flatMap(([start, names]) =>
    chip.id.startsWith(start) ? names : [],
  );
  const more = [...(runtime.unsupportedIn?.[id] ?? []), ...ofChip];
  return more.length === 0
    ? runtime
    : { ...runtime, unsupported: [...runtime.unsupported, ...more] };
}

/** What a chip's file says of the runtime holds over the runtime's own file. */
function adaptedTo(chip: Chip, entry: Chip["runtimes"][number], runtime: Runtime): Runtime {
  return {
    ...runtime,
    engine: entry.engine ?? (runtime.engine === ownEngine ? chip.kind : runtime.engine),
    kernelOverhead: entry.kernelOverhead ?? runtime.kernelOverhead,
    passes: entry.passes === undefined ? runtime.passes : [...runtime.passes, ...entry.passes],
  };
}

/** An engine of this name in a runtime's file stands for the chip's own kind: PyTorch runs on GPUs and on CPUs. */
const ownEngine = "chip";

function lackOf(chip: Chip, precision: Precision): string | undefined {
  if (peakOf(chip.peaks, precision.arithmetic) === undefined)
    return `asks for \`${precision.id}\`, but \`peaks\` has none of ${precision.arithmetic.join(", ")}.`;
  if (peakOf(chip.vectorPeaks, precision.vectorArithmetic) === undefined)
    return `asks for \`${precision.id}\`, but \`vectorPeaks\` has none of ${precision.vectorArithmetic.join(", ")}.`;
  return undefined;
}

function byId<T extends { readonly id: string }>(
  kind: string,
  items: readonly T[],
  report: Report,
): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const item of items) {
    if (found.has(item.id))
      report({
        code: "RP2003",
        severity: "information",
        message: `${kind} \`${item.id}\` is described twice; the later description is used.`,
        place: { kind: "path", path: "id" },
      });
    found.set(item.id, item);
  }
  return found;
}

function complain(report: Report, chip: Chip, path: string, sentence: string): void {
  report({
    code: "RP2002",
    severity: "error",
    message: `Device \`${chip.id}\`: \`${path}\` ${sentence}`,
    place: { kind: "path", path },
  });
}
