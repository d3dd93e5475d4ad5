import { formatNumber, formatQuantity, formatSeconds } from "../core/base/units.js";
import { table } from "../core/reports/text-table.js";
import type { Quantity } from "../core/views/layer-cost.js";
import {
  compareAnalyses,
  type ComparedTitle,
  type ComparedTotal,
  type ComparisonView,
} from "../core/views/compare/compare-analyses.js";
import { findDataFolder, loadCatalogue } from "../io/catalogue-files.js";
import { defaultSchemeIds } from "../core/quant/default-schemes.js";
import { comparePlans, type PlanSide } from "../core/views/compare/compare-plans.js";
import { fileAtRevision, pythonAtRevision } from "../io/git-revision.js";
import { readArguments } from "./arguments.js";
import type { Command } from "./command.js";
import { runJob, withJobContext, type JobResult } from "./job.js";
import { print } from "./print.js";
import { progressOnStderr } from "./progress.js";
import { choicesOf, savedPlan } from "./quantize-choices.js";
import { UsageError } from "./usage-error.js";
import { analyzeOptions, parseAnalyzeWords, type AnalyzeRequest } from "./words.js";

export const command: Command = {
  name: "compare",
  summary: "two models, two revisions or two targets side by side",
  usage: `ridgepoint compare A B [options of analyze] [--json] [--limit N]
ridgepoint compare FILE --rev REVISION [options of analyze]
ridgepoint compare FILE --target ONE --target OTHER [options of analyze]
ridgepoint compare FILE --plan PLAN [--plan PLAN] [--target TARGET]

Matches the layers of two models, of a file at a git revision (HEAD, a commit, a branch) and as it is now, or of one
model on two targets, and tells what moved most. A Python file's own imports are taken at the revision too. --plan takes
what \`ridgepoint quantize --export json\` writes: two plans side by side, or one beside the model as it is. --limit N layers (default 20; --json has all unless given).`,
  run: async (words) => {
    const { files, revision, plans, limit, rest, isJson } = parse(words);
    const [first, second] = files;
    if (first === undefined || files.length > 2)
      throw new UsageError("`ridgepoint compare` takes one file or two.");
    const requestFor = (file: string): AnalyzeRequest => parseAnalyzeWords([file, ...rest]).request;
    const request = requestFor(first);
    if (plans.length > 0) {
      if (plans.length > 2 || second !== undefined || revision !== undefined)
        throw new UsageError("`--plan` takes one file and one plan or two.");
      return printPlans({ file: first, plans, target: request.targets[0], limit, rest, isJson });
    }
    if (second === undefined && revision === undefined && request.targets.length !== 2)
      throw new UsageError("Give a second file, `--rev REVISION`, two targets, or `--plan`.");
    const { value: catalogue } = await loadCatalogue({
      dataFolder: await findDataFolder(),
      chipFolders: [],
    });
    const isPython = /\.pyw?$/i.test(first);
    const copy =
      revision === undefined || isPython ? undefined : await fileAtRevision(first, revision);
    const texts =
      revision === undefined || !isPython ? undefined : await pythonAtRevision(first, revision);
    try {
      const [left, right] = await withJobContext(catalogue, async (context) => {
        const run = (asked: AnalyzeRequest): Promise<JobResult> =>
          runJob(context, asked, progressOnStderr());
        const own = await run(request);
        if (texts !== undefined) return [await run({ ...request, texts }), own];
        if (copy !== undefined) return [await run(requestFor(copy.file)), own];
        return [own, second === undefined ? own : await run(requestFor(second))];
      });
      for (const job of [left, right])
        if (job?.analysis === undefined) {
          const [problem] = job?.document.problems ?? [];
          process.stderr.write(`ridgepoint: ${problem?.message ?? "A file holds no model."}\n`);
          return 1;
        }
      if (left?.analysis === undefined || right?.analysis === undefined) return 1;
      const isTargets = second === undefined && revision === undefined;
      const view = compareAnalyses(left.analysis, right.analysis, {
        leftTarget: request.targets[0] ?? null,
        rightTarget: request.targets[isTargets ? 1 : 0] ?? null,
        limit: limit ?? (isJson ? Number.MAX_SAFE_INTEGER : 20),
      });
      const text = isJson ? `${JSON.stringify(view, null, 2)}\n` : textOf(view);
      await print(text);
      return 0;
    } finally {
      await copy?.dispose();
    }
  },
};

async function printPlans({
  file,
  plans,
  target,
  limit,
  rest,
  isJson,
}: {
  readonly file: string;
  readonly plans: readonly string[];
  readonly target: string | undefined;
  readonly limit: number | undefined;
  readonly rest: readonly string[];
  readonly isJson: boolean;
}): Promise<number> {
  const sides: PlanSide[] = plans.map((name) => ({ label: name, ...savedPlan(name) }));
  const [left, right] = sides;
  const formats = new Set([
    ...defaultSchemeIds,
    ...sides.flatMap((side) => [...side.formats.values()].filter((id) => id !== "")),
  ]);
  const found = await choicesOf(
    { file, target, formats: [...formats], limits: {}, rest: withoutTargets(rest) },
    progressOnStderr(),
  );
  if ("reason" in found || left === undefined) {
    process.stderr.write(`ridgepoint: ${"reason" in found ? found.reason : "There is no plan."}\n`);
    return 1;
  }
  const view = comparePlans(
    found.analysis,
    found.choices,
    right === undefined ? { label: "as it is", formats: new Map() } : left,
    right ?? left,
    limit ?? (isJson ? Number.MAX_SAFE_INTEGER : 20),
  );
  const text = isJson ? `${JSON.stringify(view, null, 2)}\n` : textOf(view);
  await print(text);
  return 0;
}

/** The target is told apart; all else is for `analyze`. */
function withoutTargets(words: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--target") at += 1;
    else if (!word.startsWith("--target=")) kept.push(word);
  }
  return kept;
}

function textOf({ left, right, totals, counts, rows, rowCount }: ComparisonView): string {
  const title = ({ model, target, batch }: ComparedTitle): string =>
    [model, target, batch === null ? undefined : `batch ${batch}`].filter(Boolean).join(" · ");
  const parts = [`${title(left)}  →  ${title(right)}\n`];
  parts.push(
    table(
      ["", "left", "right", "difference", ""],
      totals.map((total) => [
        total.label,
        valueText(total.left, total.unit),
        valueText(total.right, total.unit),
        differenceText(total),
        total.isClear === false ? "within the intervals" : "",
      ]),
      "lrrrl",
    ),
  );
  parts.push(
    `${counts.same} layers the same · ${counts.changed} changed · ${counts.added} added · ${counts.removed} removed\n`,
  );
  const moved = rows.filter(({ state }) => state !== "same");
  if (moved.length > 0)
    parts.push(
      table(
        ["moved most", "op", "", "left", "right", "difference"],
        moved.map(({ name, op, state, left: before, right: after, deltaSeconds }) => [
          name.length > 44 ? `${name.slice(0, 20)}…${name.slice(-23)}` : name,
          op,
          state,
          before === null ? "" : valueText(before.seconds, "s"),
          after === null ? "" : valueText(after.seconds, "s"),
          deltaSeconds === null
            ? "?"
            : `${deltaSeconds > 0 ? "+" : ""}${formatSeconds(deltaSeconds, 2)}`,
        ]),
        "lllrrr",
      ),
    );
  if (rows.length < rowCount) parts.push(`… of ${rowCount} layers; --json has all\n`);
  return parts.join("\n");
}

function valueText(quantity: Quantity | null, unit: ComparedTotal["unit"]): string {
  if (quantity === null) return "?";
  const { value } = quantity;
  return formatQuantity(value, unit, 3);
}

function differenceText({ left, right }: ComparedTotal): string {
  if (left === null || right === null) return "?";
  if (left.value === right.value) return "0";
  if (left.value === 0) return "new";
  const ratio = right.value / left.value;
  if (ratio < 0.1 || 3 < ratio) return `× ${formatNumber(ratio)}`;
  if (Math.abs(ratio - 1) < 0.0005) return "below 0.1 %";
  return `${ratio > 1 ? "+" : "−"}${formatNumber(Math.abs(ratio - 1) * 100, 2)} %`;
}

function parse(words: readonly string[]): {
  readonly files: readonly string[];
  readonly revision: string | undefined;
  readonly plans: readonly string[];
  readonly limit: number | undefined;
  readonly rest: readonly string[];
  readonly isJson: boolean;
} {
  const given = readArguments(
    words,
    { flags: ["json"], once: ["rev", "limit"], many: ["plan"] },
    analyzeOptions,
  );
  const limit = given.one("limit");
  if (limit !== undefined && !/^\d+$/.test(limit))
    throw new UsageError("Option `--limit` takes a whole number.");
  return {
    files: given.files,
    revision: given.one("rev"),
    plans: given.all("plan"),
    limit: limit === undefined ? undefined : Number(limit),
    rest: given.passed,
    isJson: given.has("json"),
  };
}
