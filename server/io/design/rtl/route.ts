import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { DesignProblem, MeasuredDesign } from "../../../core/design/design.js";
import { measuredFormat } from "../../../core/design/measured/nextpnr-report.js";
import { packedCounts } from "../../../core/design/measured/nextpnr-log.js";
import type { ChosenPart } from "../../../core/design/part.js";
import { sourceFile } from "../../../core/design/places.js";
import { YosysStopped } from "../../../engines/yosys/engine.js";
import type { DesignContext, DesignRequest } from "../design-request.js";
import { findNextpnr, runNextpnr } from "./nextpnr.js";
import type { Front } from "./front.js";
import type { SynthesisTools } from "./synthesise.js";

export interface RouteOutcome {
  readonly measured: readonly MeasuredDesign[];
  readonly problems: readonly DesignProblem[];
}

const reportLimit = 64 << 20;

/**
 * Places and routes the design on its iCE40 part with nextpnr: a netlist with pads goes into a folder of our own, and its report comes
 * back as one more measurement. The clock to reach is the one that was asked for, else our estimate of the fastest.
 */
export async function placeAndRoute(
  tools: SynthesisTools,
  request: DesignRequest,
  front: Front,
  subject: {
    readonly part: ChosenPart;
    readonly top: string;
    readonly fmaxHertz: number | undefined;
  },
  context: DesignContext,
): Promise<RouteOutcome> {
  const fail = (code: string, message: string): RouteOutcome => ({
    measured: [],
    problems: [{ code, severity: "error", message, place: sourceFile(request.file) }],
  });
  const { part, family } = subject.part;
  const device = part === undefined ? undefined : /^ice40((hx|lp|u)\w*)$/.exec(part.id);
  const box = boxOf(request.part) ?? part?.package;
  if (family.id !== "ice40")
    return fail(
      "RP5050",
      `Placing and routing is there for iCE40 parts alone, not for ${family.name}. Choose one, such as \`ice40hx8k\`, or run the vendor's tool and show its report beside.`,
    );
  if (part === undefined || box === undefined || !device?.[1] || !device[2])
    return fail(
      "RP5050",
      `Placing and routing needs a part of the family: ${family.parts.map(({ id }) => id).join(", ")}.`,
    );
  const begin = Date.now();
  const left = (): number => Math.max(1, request.seconds - (Date.now() - begin) / 1000);
  const program = findNextpnr();
  if (program === undefined)
    return fail(
      "RP5051",
      "Placing and routing is done by nextpnr, whose files are missing from this installation. Install the extension anew.",
    );
  context.progress(`placing and routing ${subject.top} on ${device[1]}-${box}`);
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "ridgepoint-route-")));
  try {
    const netlist = await padNetlist(tools, front, device[2], {
      seconds: left(),
      signal: context.signal,
    });
    if (netlist === undefined)
      return fail("RP5052", `Yosys makes no netlist of \`${subject.top}\` that can be placed.`);
    writeFileSync(path.join(folder, "design.json"), netlist);
    const words = [
      `--${device[1]}`,
      ...["--package", box],
      ...["--json", "design.json"],
      ...["--report", "report.json"],
      ...["--freq", megahertzOf(request, subject.fmaxHertz).toFixed(2)],
      ...["--seed", "1"],
      "--timing-allow-fail",
    ];
    const run = await runNextpnr(program, chipOf(device[1]), words, {
      folder,
      seconds: left(),
      signal: context.signal,
    });
    if (run.isLate)
      return fail(
        "RP5053",
        `Placing and routing took longer than was left of ${request.seconds} s and was stopped.`,
      );
    const report = path.join(folder, "report.json");
    const size = statSync(report, { throwIfNoEntry: false })?.size ?? Infinity;
    const design =
      run.status === 0 && size <= reportLimit
        ? measuredFormat.read(readFileSync(report, "utf8"), request.file)
        : undefined;
    if (design === undefined)
      return fail(
        "RP5054",
        `nextpnr-ice40 cannot place and route \`${subject.top}\` on ${device[1]}-${box}: ${complaintIn(run.messages)}`,
      );
    const tool = `${program.title} on ${device[1]}-${box}`;
    const counts = { ...design.counts, ...packedCounts(run.messages) };
    return { measured: [{ ...design, tool, top: subject.top, counts }], problems: [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The database of a part: `hx4k` is an `8k` that is not sold as whole, `up3k` a `5k`. */
function chipOf(device: string): string {
  const size = device.replace(/^(?:hx|lp|up?)/, "");
  return { "3k": "5k", "4k": "8k" }[size] ?? size;
}

/** Of an order code: `ice40hx8k-ct256`. */
function boxOf(code: string | undefined): string | undefined {
  return /-([a-z]{2,3}\d{2,3})$/.exec(code?.trim().toLowerCase() ?? "")?.[1];
}

function megahertzOf({ clockNanoseconds }: DesignRequest, fmaxHertz: number | undefined): number {
  const wanted =
    clockNanoseconds === undefined ? (fmaxHertz ?? 50e6) / 1e6 : 1000 / clockNanoseconds;
  return Number.isFinite(wanted) ? Math.min(1000, Math.max(1, wanted)) : 50;
}

/** As `synth_ice40 -json`, of the top as its parameters make it; undefined when Yosys stops. */
async function padNetlist(
  tools: SynthesisTools,
  front: Front,
  series: string,
  limits: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const hard = series === "u" ? " -dsp -spram" : "";
  const script = [
    ...front.read,
    `read_verilog -D ICE40_${series.toUpperCase()} -lib -specify +/ice40/cells_sim.v`,
    ...front.choose,
    "proc",
    `synth_ice40 -device ${series}${hard} -run flatten:blif`,
    // Says where instances stood; older nextpnr takes them for cells that it does not know.
    "delete t:$scopeinfo",
    "write_json",
  ];
  try {
    const { isDone, output } = await tools.engine.run(
      { files: front.files, script: script.join("\n") },
      limits,
    );
    const start = output.search(/^\{$/m);
    return isDone && start >= 0 ? output.slice(start, output.lastIndexOf("}") + 1) : undefined;
  } catch (error) {
    if (error instanceof YosysStopped && error.reason !== "aborted") return undefined;
    throw error;
  }
}

/** The first error, without most of the names that Yosys makes up, and what it usually means. */
function complaintIn(messages: string): string {
  const error = /^ERROR: (.*)$/m.exec(messages)?.[1]?.trim() ?? "it does not say why";
  const short = error.replace(/(_SB_[A-Z]\w{0,12})\w+/g, "$1…").slice(0, 300);
  return `${short.replace(/\.$/, "")}.${meaningOf(error)}`;
}

function meaningOf(error: string): string {
  if (!/place/i.test(error)) return "";
  return /sb_io/i.test(error)
    ? " The module has more pins than the package: choose a larger one (`ice40hx8k-ct256`), or a top with fewer pins."
    : " The design may be larger than the part.";
}
