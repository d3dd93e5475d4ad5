// Estimates of plain C++ beside the reports of the tool: HLS_REPORTS names a folder with one folder for each repository that has
// `csynth.xml` files and the sources that they speak of.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { neverCancelled } from "../../server/core/base/cancel.js";
import type { Design } from "../../server/core/design/design.js";
import { measuredFormat } from "../../server/core/design/measured/vitis-csynth.js";
import { findDataFolder } from "../../server/io/catalogue-files.js";
import { analyseDesign } from "../../server/io/design/analyse-design.js";
import { loadParts } from "../../server/io/parts-files.js";
import { table } from "../../server/core/reports/text-table.js";

const folder = process.env["HLS_REPORTS"];
if (folder === undefined) {
  console.log("HLS_REPORTS names no folder of repositories with reports; nothing was compared.");
  process.exit(0);
}

/** Repositories whose sources were read while rules of plain C++ were made; of the others only these figures were seen. */
const looked =
  /hls_div|mnist_depthwise_hls|intx-fpga|MA_HLS|HLS_BoostingTree|XilinxProject|AccelAutoencoderOnFPGA/;

interface Row {
  readonly repository: string;
  readonly isLooked: boolean;
  readonly top: string;
  readonly quantity: string;
  readonly measured: number;
  readonly value: number | undefined;
  readonly low: number;
  readonly high: number;
}

const made = /(^|\/)(systemc|\.autopilot|sim|impl|csim|wrap[^/]*|\.metadata|\.git)(\/|$)/;

function filesBelow(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => !made.test(path.dirname(name)))
    .map((name) => path.join(root, name));
}

/** The source that has the function's body, nearest to the report. */
function sourceOf(files: readonly string[], top: string, report: string): string | undefined {
  const body = new RegExp(`(?<![\\w.>:])${top}\\s*\\([^;{]*\\)\\s*\\{`);
  const shared = (file: string): number => {
    let length = 0;
    while (file[length] === report[length] && length < file.length) length += 1;
    return length;
  };
  return files
    .filter((file) => /\.(c|cc|cpp|cxx)$/.test(file) && !/_tb|tb_|test/i.test(path.basename(file)))
    .filter((file) => body.test(readFileSync(file, "utf8")))
    .sort((a, b) => shared(b) - shared(a) || (a < b ? -1 : 1))[0];
}

const dataFolder = await findDataFolder();
const { value: families } = loadParts(dataFolder);

async function estimateOf(file: string, top: string, root: string): Promise<Design> {
  return analyseDesign(
    {
      file,
      text: readFileSync(file, "utf8"),
      files: [],
      overlays: {},
      roots: [root],
      includeFolders: [],
      top,
      part: undefined,
      clockNanoseconds: undefined,
      parameters: {},
      defines: {},
      reports: [],
      isCalibrated: false,
      isRouted: false,
      seconds: 60,
    },
    {
      families,
      dataFolder,
      cancel: neverCancelled,
      signal: new AbortController().signal,
      log: () => undefined,
      progress: () => undefined,
    },
  );
}

const rows: Row[] = [];
const repositories = readdirSync(folder).sort();
for (const repository of repositories) {
  const root = path.join(folder, repository);
  const files = filesBelow(root);
  const seen = new Set<string>();
  for (const report of files.filter((file) => path.basename(file) === "csynth.xml")) {
    const measured = measuredFormat.read(readFileSync(report, "utf8"), report);
    const top = measured?.top;
    const source = top === undefined ? undefined : sourceOf(files, top, report);
    // Several reports of one source are several states of it: the first stands for all.
    if (measured === undefined || top === undefined || source === undefined || seen.has(source))
      continue;
    seen.add(source);
    const design = await estimateOf(source, top, root);
    const pairs = [
      ["cycles", measured.latencyCycles, design.latencyCycles],
      ...(["lut", "ff", "dsp", "bram"] as const).map(
        (kind) => [kind, measured.counts[kind], design.total?.counts[kind]] as const,
      ),
    ] as const;
    for (const [quantity, real, own] of pairs)
      if (real !== undefined)
        rows.push({
          repository,
          isLooked: looked.test(repository),
          top,
          quantity,
          measured: real,
          value: own?.value,
          low: own?.low ?? 0,
          high: own?.high ?? 0,
        });
  }
}

function estimateText({ value, low, high }: Row): string {
  if (value === undefined) return "unknown";
  return high === Infinity ? `at least ${value}` : `${value} (${low}–${high})`;
}

const shown = rows.map((row) => [
  row.isLooked ? "read" : "not read",
  row.repository,
  row.top,
  row.quantity,
  String(row.measured),
  estimateText(row),
]);
console.log(table(["", "repository", "top", "of", "report", "estimate"], shown, "llllrr"));

for (const isLooked of [true, false])
  for (const quantity of ["cycles", "lut", "ff", "dsp", "bram"]) {
    const own = rows.filter((row) => row.quantity === quantity && row.isLooked === isLooked);
    // What calls functions that nobody has a body for is no estimate of the whole.
    const known = own.filter(({ value, high }) => value !== undefined && high !== Infinity);
    const errors = known
      .map(
        ({ value = 0, measured }) => Math.exp(Math.abs(Math.log((value + 1) / (measured + 1)))) - 1,
      )
      .sort((a, b) => a - b);
    const inside = known.filter(({ low, high, measured }) => low <= measured && measured <= high);
    const median = errors[Math.floor(errors.length / 2)];
    console.log(
      `${isLooked ? "read" : "not read"} ${quantity}: ${own.length} reports, ${own.length - known.length} unknown or without a source, median error ${
        median === undefined ? "–" : `${(100 * median).toFixed(0)} %`
      }, inside ${inside.length} of ${known.length}`,
    );
  }
process.exit(0);
