import { table } from "../core/reports/text-table.js";
import { errorSummary } from "../core/cost/calibrated/published-error.js";
import type { Target } from "../core/targets/target.js";
import { findDataFolder, loadCatalogue } from "../io/catalogue-files.js";
import type { Command } from "./command.js";
import { UsageError } from "./usage-error.js";

export const command: Command = {
  name: "targets",
  summary: "the targets, with the method and published error of each",
  usage: `ridgepoint targets [TEXT…] [--json]

Lists the targets whose id or name contains every TEXT. \`error\` is the published median error of the target's method
on data that its fit never saw, by kind of kernel; a borrowed target names the measured one whose utilisation it uses,
and a plain roofline states the interval that it is expected to keep.`,
  run: async (words) => {
    const isJson = words.includes("--json");
    const texts = words.filter((word) => word !== "--json").map((word) => word.toLowerCase());
    const option = texts.find((word) => word.startsWith("-"));
    if (option !== undefined) throw new UsageError(`Option \`${option}\` is not known.`);
    const { value: catalogue, problems } = await loadCatalogue({
      dataFolder: await findDataFolder(),
      chipFolders: [],
    });
    for (const problem of problems) process.stderr.write(`ridgepoint: ${problem.message}\n`);
    const found = catalogue.targets.filter((target) =>
      texts.every((text) => `${target.id} ${target.label}`.toLowerCase().includes(text)),
    );
    process.stdout.write(
      isJson ? `${JSON.stringify(found.map(describe), null, 1)}\n` : asTable(found),
    );
    return 0;
  },
};

function describe(target: Target): Readonly<Record<string, unknown>> {
  const known = target.calibration?.();
  const { low, high } = target.runtime.rooflineInterval;
  return {
    id: target.id,
    label: target.label,
    chip: {
      id: target.chip.id,
      name: target.chip.name,
      vendor: target.chip.vendor,
      kind: target.chip.kind,
      segment: target.chip.segment,
    },
    runtime: target.runtime.id,
    precision: target.precision.id,
    method: known?.method ?? "roofline",
    ...(known?.method === "borrowed" && { lender: known.calibration.target }),
    error: known?.method === "calibrated" ? known.calibration.error : null,
    interval: { low: low.value, high: high.value, coverage: 0.9, source: low.source },
  };
}

function asTable(targets: readonly Target[]): string {
  const lines = targets.map((target) => {
    const known = target.calibration?.();
    return [
      target.id,
      target.label,
      target.chip.segment,
      known?.method ?? "roofline",
      errorText(target),
    ];
  });
  return `${table(["id", "name", "segment", "method", "median error"], lines, "lllll")}\n${targets.length} targets; docs/accuracy.md tells how the errors were measured\n`;
}

/** Of a measured target its error; of others what the numbers rest on. */
function errorText(target: Target): string {
  const known = target.calibration?.();
  if (known?.method === "calibrated") return errorSummary(known.calibration.error);
  const { low, high } = target.runtime.rooflineInterval;
  return known === undefined
    ? `none; 90 % within ×${low.value} – ×${high.value}`
    : `from ${known.calibration.target}`;
}
