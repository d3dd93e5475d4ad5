import type { Analysis } from "../core/analysis.js";
import {
  formatBytes,
  formatJoules,
  formatNumber,
  formatSeconds,
  formatShare,
} from "../core/base/units.js";
import { parseBudget } from "../core/goals.js";
import { nodeSubject } from "../core/work/dataflow.js";
import { table } from "../core/reports/text-table.js";
import { type Cut, cutsOf } from "../core/split/cuts.js";
import { planSplit, type Split, type SplitPoint } from "../core/split/plan-split.js";
import { secondsWithInterval } from "../core/views/text/estimate-text.js";
import { findDataFolder, loadCatalogue } from "../io/catalogue-files.js";
import { readArguments } from "./arguments.js";
import type { Command } from "./command.js";
import { runJob, withJobContext } from "./job.js";
import { print } from "./print.js";
import { progressOnStderr } from "./progress.js";
import { bytesOf, bytesPerSecondOf } from "./quantity-words.js";
import { UsageError } from "./usage-error.js";
import { analyzeOptions, parseAnalyzeWords, positiveInteger } from "./words.js";

export const command: Command = {
  name: "split",
  summary: "a model cut in two between a device and a server, by the link between them",
  usage: `ridgepoint split MODEL --target DEVICE --target SERVER [options]

Where to cut a model whose first part runs on the device and whose rest runs on the server: what is sent at each place that
sends less than all before, times of both parts, and the best, beside the device alone and the server alone. Where no cut
wins, what a trained bottleneck may send at most. MODEL and the other options are those of \`analyze\`.

  --target ID           twice: the device, then the server
  --link RATE           from the device to the server, repeatable: 10Mb/s (default 1, 10 and 100 Mb/s)
  --rtt TIME            there and back with nothing sent (default 10ms)
  --bits N              of each element that is sent (default: as the device keeps it)
  --input-bytes BYTES   what the inputs take together as they are sent, compressed: 60KB
  --json                everything as JSON`,
  run: async (words) => {
    const { passed, options, links, isJson } = parse(words);
    const { request } = parseAnalyzeWords(passed);
    const [deviceId, serverId] = request.targets;
    if (deviceId === undefined || serverId === undefined || request.targets.length > 2)
      throw new UsageError(
        "`ridgepoint split` takes `--target` twice: the device, then the server.",
      );
    const { value: catalogue } = await loadCatalogue({
      dataFolder: await findDataFolder(),
      chipFolders: [],
    });
    const { document, analysis } = await withJobContext(catalogue, (context) =>
      runJob(context, request, progressOnStderr()),
    );
    const fail = (message: string): number => {
      process.stderr.write(`ridgepoint: ${message}\n`);
      return 1;
    };
    const complaint = document.problems.find(({ severity }) => severity === "error")?.message;
    // The same target may be both.
    const [device, server] = [deviceId, serverId].map((id) =>
      analysis?.targets.find(({ target }) => target.id === id),
    );
    if (analysis === undefined || device === undefined || server === undefined)
      return fail(complaint ?? "The file holds no model.");
    const cuts = cutsOf(analysis, device, server, options);
    const splits = cuts
      ?.flatMap((_, at) => (at > 0 ? [] : links))
      .flatMap((link) => planSplit(cuts, link) ?? []);
    const [first] = splits ?? [];
    if (splits === undefined || first === undefined)
      return fail("Not every node is costed on both targets: `ridgepoint analyze` names them.");
    const sides = { device: device.target.label, server: server.target.label };
    await print(
      isJson
        ? `${JSON.stringify({ schemaVersion: 1, file: document.file, ...sides, splits: splits.map((split) => named(analysis, split)) }, null, 2)}\n`
        : textOf(analysis, sides, splits),
    );
    return 0;
  },
};

function parse(words: readonly string[]) {
  const given = readArguments(
    words,
    { flags: ["json"], once: ["rtt", "bits", "input-bytes"], many: ["link"] },
    analyzeOptions,
  );
  const rtt = parseBudget(given.one("rtt") ?? "10ms");
  if (rtt?.kind !== "seconds")
    throw new UsageError(`\`--rtt\` takes a time, \`10ms\`, not \`${given.one("rtt") ?? ""}\`.`);
  const rates = given.all("link");
  const bits = given.one("bits");
  const inputBytes = given.one("input-bytes");
  return {
    passed: [...given.files, ...given.passed],
    isJson: given.has("json"),
    links: (rates.length > 0 ? rates : ["1Mb/s", "10Mb/s", "100Mb/s"]).map((word) => ({
      bytesPerSecond: bytesPerSecondOf(word, "--link"),
      roundTripSeconds: rtt.seconds,
    })),
    options: {
      ...(bits !== undefined && { bits: positiveInteger(bits, "--bits") }),
      ...(inputBytes !== undefined && { inputBytes: bytesOf(inputBytes, "--input-bytes") }),
    },
  };
}

function placeText({ model }: Analysis, cut: Cut, split: Split): string {
  if (cut === split.remote.cut) return "all on the server";
  if (cut === split.local.cut) return "all on the device";
  return cut.after === undefined
    ? "behind the inputs"
    : `after ${nodeSubject(model.graph, cut.after)}`;
}

function named(analysis: Analysis, split: Split) {
  const withPlace = (point: SplitPoint) => ({
    place: placeText(analysis, point.cut, split),
    ...point,
  });
  return {
    ...split,
    local: withPlace(split.local),
    remote: withPlace(split.remote),
    best: withPlace(split.best),
    points: split.points.map(withPlace),
    bottleneck:
      split.bottleneck === undefined
        ? null
        : { place: placeText(analysis, split.bottleneck.cut, split), ...split.bottleneck },
  };
}

function textOf(
  analysis: Analysis,
  { device, server }: { readonly device: string; readonly server: string },
  splits: readonly Split[],
): string {
  const parts = splits.map((split) => {
    const { best, points, link, bottleneck } = split;
    const shown = [
      split.remote,
      ...points.filter((one) => one !== split.remote && one !== split.local).slice(-shownCuts),
      split.local,
    ];
    const rows = shown.map((point) => [
      `${point === best ? "▸ " : "  "}${placeText(analysis, point.cut, split)}`,
      formatBytes(point.cut.sentBytes),
      formatSeconds(point.cut.deviceSeconds.value),
      formatSeconds(point.sendSeconds),
      formatSeconds(point.cut.serverSeconds.value),
      secondsWithInterval(point.seconds),
      point.cut.deviceJoules === undefined ? "?" : formatJoules(point.cut.deviceJoules),
    ]);
    const rate = `${formatNumber((link.bytesPerSecond * 8) / 1e6)} Mb/s, ${formatSeconds(link.roundTripSeconds)} there and back`;
    const isWhole = best === split.remote || best === split.local;
    const words =
      bottleneck === undefined
        ? isWhole
          ? "No cut is quicker, whatever a bottleneck would send.\n"
          : ""
        : `No cut is quicker. A bottleneck ${placeText(analysis, bottleneck.cut, split)} would be, if it sent less than ${formatBytes(bottleneck.bytes)}, ${formatShare(bottleneck.bytes / bottleneck.cut.sentBytes)} of what is made there.\n`;
    return `${rate}\n\n${table(["cut", "sent", "device", "link", "server", "together", "device's energy"], rows, "lrrrrrr")}${words}`;
  });
  return `${analysis.model.name} · ${device} and ${server}\n\n${parts.join("\n")}`;
}

/** Of the places that send less than all before, the last. */
const shownCuts = 12;
