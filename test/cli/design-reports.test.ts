import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { ReportDocument } from "../../server/core/views/report-document.js";
import { cli } from "../kit/cli.js";
import { vitisCsynth, vivadoUtilization } from "../kit/tool-reports.js";

const work = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-reports-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

type ReportDesign = NonNullable<ReportDocument["design"]>;

/** A project with a repository, so that reports are looked for beside the sources' folder too. */
function project(name: string): {
  readonly folder: string;
  readonly write: (file: string, text: string, seconds: number) => void;
  readonly analyse: (...words: readonly string[]) => Promise<ReportDesign>;
  readonly text: (...words: readonly string[]) => Promise<string>;
} {
  const folder = path.join(work, name);
  mkdirSync(path.join(folder, ".git"), { recursive: true });
  const text = async (...words: readonly string[]): Promise<string> => {
    const { out, err, status } = await cli(["analyze", ...words], { cwd: folder });
    if (status !== 0) throw new Error(`${status}: ${out}\n${err}`);
    return out;
  };
  return {
    folder,
    // Times are told, since a test is faster than what it plays.
    write: (file, content, seconds) => {
      const full = path.join(folder, file);
      mkdirSync(path.dirname(full), { recursive: true });
      writeFileSync(full, content);
      utimesSync(full, 1_790_000_000 + seconds, 1_790_000_000 + seconds);
    },
    analyse: async (...words) =>
      (JSON.parse(await text(...words, "--json")) as ReportDocument).design!,
    text,
  };
}

const fir = (
  taps: number,
): string => `void fir(const int x[${taps}], const int c[${taps}], int *y) {
  int sum = 0;
TAPS:
  for (int i = 0; i < ${taps}; i++) {
#pragma HLS PIPELINE II=1
    sum += x[i] * c[i];
  }
  *y = sum;
}
`;

const csynth = vitisCsynth("fir", 150, { lut: 500, ff: 700, dsp: 3 }, [
  { label: "TAPS", tripCount: 128, interval: 1, depth: 6, latency: 133 },
]);

test("a Vitis HLS report sets the estimate right, for its sources and for later edits", async () => {
  const { write, analyse, text, folder } = project("hls");
  write("src/fir.cpp", fir(128), 0);
  const plain = await analyse("src/fir.cpp");
  expect(plain.calibration).toBeUndefined();
  expect(existsSync(path.join(folder, ".ridgepoint"))).toBe(false);

  write("proj/solution1/syn/report/csynth.xml", csynth, 100);
  const same = await analyse("src/fir.cpp");
  expect(same.latencyCycles).toEqual({ value: 150, low: 150, high: 150 });
  expect(same.total).toMatchObject({ method: "calibrated", counts: { lut: { value: 500 } } });
  expect(same.loops[0]).toMatchObject({ latencyCycles: { value: 133 }, depthCycles: 6 });
  expect(same.calibration?.reports).toMatchObject([
    { file: "proj/solution1/syn/report/csynth.xml", isOfTheseSources: true, trust: 1 },
  ]);

  write("src/fir.cpp", fir(144), 200);
  const edited = await analyse("src/fir.cpp");
  const other = await analyse("src/fir.cpp", "--no-calibration");
  const factor = edited.latencyCycles!.value / other.latencyCycles!.value;
  const ratio = 150 / plain.latencyCycles!.value;
  expect(Math.sign(Math.log(factor))).toBe(Math.sign(Math.log(ratio)));
  expect(Math.abs(Math.log(factor))).toBeLessThan(Math.abs(Math.log(ratio)));
  expect(width(edited.latencyCycles!)).toBeLessThan(width(other.latencyCycles!));
  expect(other.calibration).toBeUndefined();
  expect(await text("src/fir.cpp")).toMatch(
    /Calibrated to this project by proj\/solution1\/syn\/report\/csynth\.xml of 2026-09-21 \(Vitis HLS 2022\.2 estimate\): the sources have changed since/,
  );
  // Kept with the project: who has the sources has it, with or without the report.
  rmSync(path.join(folder, "proj"), { recursive: true });
  expect((await analyse("src/fir.cpp")).latencyCycles).toEqual(edited.latencyCycles);
});

test("a report of sources that nobody has analysed is shown, and says why it changes nothing", async () => {
  const { write, analyse, text, folder } = project("stale");
  write("csynth.xml", csynth, 0);
  write("fir.cpp", fir(144), 100);
  expect((await analyse("fir.cpp")).calibration).toBeUndefined();
  expect(await text("fir.cpp")).toContain(
    "Vitis HLS 2022.2 estimate: not calibrated by it: the sources have changed since it was written",
  );
  expect(existsSync(path.join(folder, ".ridgepoint"))).toBe(false);
});

test("an edit while the tool runs is no error of ours: the report is of what was there before", async () => {
  const { write, analyse } = project("meanwhile");
  write("fir.cpp", fir(128), 0);
  const plain = await analyse("fir.cpp");
  write("csynth.xml", csynth, 100);
  write("fir.cpp", fir(512), 50);
  // Saved after the tool had begun, and never seen: as far as is known, what was seen is what it read.
  write("fir.cpp", fir(512), 150);
  const [report] = (await analyse("fir.cpp")).calibration!.reports;
  const latency = report?.values.find(({ what }) => what === "latency");
  expect(latency).toMatchObject({ said: 150, counted: plain.latencyCycles!.value });
});

test("a state that cannot be read is told, and analysis goes on", async () => {
  const { write, folder, analyse } = project("broken");
  write("fir.cpp", fir(128), 0);
  write(".ridgepoint/calibration.json", `{"pairs": [{"subject": 1}]}`, 0);
  const { err, status } = await cli(["analyze", "fir.cpp"], { cwd: folder });
  expect(status).toBe(0);
  expect(err).toContain("`pairs[0].subject` should be an object");
  write("csynth.xml", csynth, 100);
  await analyse("fir.cpp");
  const kept = readFileSync(path.join(folder, ".ridgepoint/calibration.json"), "utf8");
  expect(JSON.parse(kept)).toMatchObject({ pairs: [{ subject: { top: "fir" } }] });
});

const mac = (
  width: number,
): string => `module mac(input clk, input [${width - 1}:0] a, b, output reg [${2 * width - 1}:0] q, n);
  always @(posedge clk) begin
    q <= a * b;
    n <= n ^ (n << 3) ^ {a, b};
  end
endmodule
`;

test("RTL by a file list, set right by Vivado's report", { timeout: 120_000 }, async () => {
  const { write, analyse } = project("rtl");
  write("rtl/mac.sv", mac(16), 0);
  write("rtl/tb.sv", "module tb;\n  mac dut();\nendmodule\n", 0);
  write("rtl/files.f", "// all\ntb.sv\nmac.sv\n", 0);
  write(
    "build/impl_1/mac_utilization_placed.rpt",
    vivadoUtilization("mac", { lut: 61, ff: 30, dsp: 1 }),
    100,
  );
  const design = await analyse("rtl/files.f");
  expect(design).toMatchObject({
    ...{ kind: "rtl", top: "mac" },
    total: { method: "calibrated", counts: { lut: { value: 61, high: 61 }, ff: { value: 30 } } },
  });
  write("rtl/mac.sv", mac(18), 200);
  const edited = await analyse("rtl/files.f");
  const [report] = edited.calibration!.reports;
  expect(report).toMatchObject({ isOfTheseSources: false });
  expect(report!.trust).toBeGreaterThan(0.5);
  // More than was counted, as the report says, and in an interval again.
  const counted = report!.values.find(({ what }) => what === "lut")!.counted!;
  const { value, high } = edited.total!.counts.lut!;
  expect(value).toBeGreaterThan(1.3 * counted);
  expect(high).toBeGreaterThan(value);
});

function width({ value, low, high }: { value: number; low: number; high: number }): number {
  return (high - low) / value;
}
