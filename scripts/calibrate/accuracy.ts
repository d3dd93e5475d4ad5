import { existsSync } from "node:fs";
import { analyzeTarget } from "../../server/core/analyze.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { withCalibrations } from "../../server/core/cost/calibrated/attach.js";
import type { Estimate } from "../../server/core/cost/cost.js";
import type { TargetAnalysis } from "../../server/core/analysis.js";
import { openCalibrations } from "../../server/io/calibration-files.js";
import { findDataFolder, loadCatalogue } from "../../server/io/catalogue-files.js";
import { openContext } from "./context.js";
import { errorRow, type Judged } from "./error-row.js";
import { groupBy } from "./group.js";
import { lendErrors } from "./lend-errors.js";
import { readOptions } from "./options.js";
import type { Sample } from "./set.js";
import { sets } from "./sets/index.js";
import { firstByte, isHeldOut } from "./split.js";
import { hasTargetFile, readTargetFile, writeErrors } from "./target-files.js";
import { closeRecording, setRecording } from "./record/record.js";
import { sampledNetwork, writeNetworkSample, type SampledNetwork } from "./write-network-sample.js";
import { writeSample } from "./write-sample.js";
import { writeReport } from "./write-report.js";

const options = readOptions(process.argv.slice(2));
if (!existsSync(options.data)) {
  console.error(`There is no folder \`${options.data}\` with measurements; name one with --data.`);
  process.exit(2);
}
const problems: string[] = [];
const { value: plain } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});
const store = await openCalibrations(options.calibration, ({ message }) => problems.push(message));
const catalogue = withCalibrations(plain, store, ({ message }) => problems.push(message));
setRecording({ python: options.python, kept: options.traces });
const ctx = openContext(catalogue, options.data, {
  fits: options.calibration,
  pythonPath: options.pythonPath,
});

/** Through the same path as a user's question: reader, inference, lowering, evaluation. */
async function predict(sample: Sample): Promise<TargetAnalysis | undefined> {
  const target = catalogue.find(sample.target);
  if (target === undefined) return undefined;
  const inferred = await ctx.infer(sample.subject);
  return inferred === undefined ? undefined : analyzeTarget(inferred, target, neverCancelled);
}

/** The whole time of a sample that is several calls; errors of one target's kernels are of one kind and add up. */
async function latencyOf(sample: Sample, first: Estimate): Promise<Estimate | undefined> {
  let { value, low, high } = first;
  for (const { count, subject } of sample.more ?? []) {
    const latency = (await predict({ ...sample, subject }))?.latency;
    if (latency === undefined) return undefined;
    value += count * latency.value;
    low += count * latency.low;
    high += count * latency.high;
  }
  return { ...first, value, low, high };
}

for (const set of sets) {
  if (options.sets.length > 0 && !options.sets.includes(set.id)) continue;
  const unseen = (await set.samples(ctx)).filter(
    ({ key, target }) =>
      isHeldOut(set, key) &&
      (options.targets.length === 0 || options.targets.includes(target)) &&
      (options.without.length === 0 || options.without.includes(target.split("/")[0] ?? "")),
  );
  // Samples of one subject follow one another, so that it is read once for all targets.
  const held = [...groupBy(unseen, ({ subject }) => subjectName(subject))]
    .filter(([name]) => firstByte(`share|${name.replace(/@\d+$/, "")}`) < 256 * options.share)
    .flatMap(([, samples]) => samples);
  const seenBy = new Set(
    [...new Set(held.map(({ target }) => target))].filter((target) =>
      readTargetFile(options.calibration, target).final?.includes(set.id),
    ),
  );
  if (seenBy.size > 0)
    console.error(
      `${set.id}: ${seenBy.size} targets were fitted to the held-out rows too; their errors stay as they are, only the sample is written anew.`,
    );
  const judged: Judged[] = [];
  const metered: Judged[] = [];
  const networks: SampledNetwork[] = [];
  let unanswered = 0;
  for (const sample of held) {
    const analysis = await predict(sample);
    const { energy } = analysis ?? {};
    const latency = analysis?.latency && (await latencyOf(sample, analysis.latency));
    if (latency === undefined || analysis === undefined) unanswered += 1;
    else {
      const row: Judged = { sample, estimate: latency, measured: sample.seconds };
      judged.push(row);
      const { lowered, target } = analysis;
      const network = sample.more === undefined ? sampledNetwork(row, lowered, target) : undefined;
      if (network !== undefined) networks.push(network);
    }
    if (energy !== undefined && sample.joules !== undefined)
      metered.push({
        sample: { ...sample, kind: `${sample.kind} energy` },
        estimate: energy,
        measured: sample.joules,
      });
  }
  if (unanswered > 0) console.error(`${set.id}: ${unanswered} rows have no answer.`);
  if (options.without.length === 0) {
    writeSample("test/accuracy", set, judged);
    writeNetworkSample("test/accuracy/networks", set, networks);
  }
  for (const [target, own] of groupBy([...judged, ...metered], ({ sample }) => sample.target)) {
    if (seenBy.has(target)) continue;
    const rows = [...groupBy(own, ({ sample }) => sample.kind)].map(([kind, items]) =>
      errorRow(kind, items),
    );
    for (const row of rows)
      console.log(
        `${target}  ${row.kind}  ${own[0]?.estimate.method ?? ""}  median ${percent(row.median)}  mean ${percent(row.mean)}  p90 ${percent(row.p90)}  covered ${percent(row.coverage)}  n ${row.rows}${row.rank === undefined ? "" : `  rank ${row.rank.toFixed(3)}`}`,
      );
    for (const { sample, estimate, measured } of worstOf(own, options.worst))
      console.log(
        `  ${subjectName(sample.subject)}: ${estimate.value.toPrecision(4)}, measured ${measured.toPrecision(4)} (${percent(estimate.value / measured - 1)})`,
      );
    const isWritten = hasTargetFile(options.calibration, target) || set.keysAreChips === true;
    if (options.without.length === 0 && isWritten) writeErrors(options.calibration, target, rows);
  }
}
closeRecording();
for (const message of problems) console.error(message);
if (options.without.length === 0) {
  lendErrors(options.calibration);
  await writeReport(options.calibration, "docs/accuracy.md");
}

function worstOf(items: readonly Judged[], count: number): readonly Judged[] {
  const error = ({ estimate, measured }: Judged): number =>
    Math.abs(Math.log(estimate.value / measured));
  return [...items].sort((a, b) => error(b) - error(a)).slice(0, count);
}

function subjectName(subject: Sample["subject"]): string {
  return subject.kind === "op" ? subject.text : subject.id;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
