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
import { fileAtRevision } from "../io/git-revision.js";
import type { Command } from "./command.js";
import { runJob, withJobContext, type JobResult } from "./job.js";
import { progressOnStderr } from "./progress.js";
import { parseAnalyzeWords, UsageError, type AnalyzeRequest } from "./words.js";

export const command: Command = {
  name: "compare",
  summary: "two models, two revisions or two targets side by side",
  usage: `ridgepoint compare A B [options of analyze] [--json] [--limit N]
ridgepoint compare FILE --rev REVISION [options of analyze]
ridgepoint compare FILE --target ONE --target OTHER [options of analyze]

Matches the layers of two models, of a file at a git revision (HEAD, a commit, a branch) and as it is now, or of one
model on two targets, and tells what moved most. --limit N layers (default 20; --json has all unless given).`,
  run: async (words) => {
    const { files, revision, limit, rest, isJson } = parse(words);
    const [first, second] = files;
    if (first === undefined || files.length > 2)
      throw new UsageError("`ridgepoint compare` takes one file or two.");
    const requestFor = (file: string): AnalyzeRequest => parseAnalyzeWords([file, ...rest]).request;
    const request = requestFor(first);
    if (second === undefined && revision === undefined && request.targets.length !== 2)
      throw new UsageError("Give a second file, `--rev REVISION`, or two targets.");
    const { value: catalogue } = await loadCatalogue({
      dataFolder: await findDataFolder(),
      chipFolders: [],
    });
    const copy = revision === undefined ? undefined : await fileAtRevision(first, revision);
    try {
      const [left, right] = await withJobContext(catalogue, async (context) => {
        const run = (asked: AnalyzeRequest): Promise<JobResult> =>
          runJob(context, asked, progressOnStderr());
        const own = await run(request);
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
      const isTargets = second === undefined && copy === undefined;
      const view = compareAnalyses(left.analysis, right.analysis, {
        leftTarget: request.targets[0] ?? null,
        rightTarget: request.targets[isTargets ? 1 : 0] ?? null,
        limit: limit ?? (isJson ? Number.MAX_SAFE_INTEGER : 20),
      });
      const text = isJson ? `${JSON.stringify(view, null, 2)}\n` : textOf(view);
      await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
      return 0;
    } finally {
      await copy?.dispose();
    }
  },
};

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
  return `${ratio > 1 ? "+" : "−"}${formatNumber(Math.abs(ratio - 1) * 100, 2)} %`;
}

function parse(words: readonly string[]): {
  readonly files: readonly string[];
  readonly revision: string | undefined;
  readonly limit: number | undefined;
  readonly rest: readonly string[];
  readonly isJson: boolean;
} {
  const files: string[] = [];
  const rest: string[] = [];
  let revision: string | undefined;
  let limit: number | undefined;
  let isJson = false;
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === "--json") isJson = true;
    else if (word === "--rev") revision = queue.shift();
    else if (word === "--limit") {
      limit = Number(queue.shift());
      if (!Number.isSafeInteger(limit) || limit < 0)
        throw new UsageError("Option `--limit` takes a whole number.");
    } else if (word.startsWith("--")) {
      rest.push(word);
      const isFlag = word.includes("=") || ["--memory", "--quantization"].includes(word);
      const value = isFlag ? undefined : queue.shift();
      if (value !== undefined) rest.push(value);
    } else files.push(word);
  }
  return { files, revision, limit, rest, isJson };
}
