import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { DesignRequest } from "../../../server/io/design/design-request.js";
import { measuredReports } from "../../../server/io/design/measured-reports.js";

const work = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-found-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** What is found for a module in a project of these files, all of one time unless they say when: `[text, seconds]`. */
function found(
  project: string,
  text: string,
  top: string,
  files: Readonly<Record<string, string | readonly [string, number]>>,
): readonly string[] {
  const folder = path.join(work, project);
  for (const [name, said] of Object.entries(files)) {
    const [content, seconds] = typeof said === "string" ? [said, 0] : said;
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    utimesSync(file, 1_790_000_000 + seconds, 1_790_000_000 + seconds);
  }
  const request = { file: path.join(folder, `${top}.v`), text } as DesignRequest;
  return measuredReports(request, top, folder).found.map(
    ({ file, design: { counts, fmaxHertz } }) =>
      `${file}: ${JSON.stringify(counts)}${fmaxHertz === undefined ? "" : ` ${fmaxHertz / 1e6} MHz`}`,
  );
}

const fit = (entity: string, more = ""): string =>
  `; Fitter Status ; Successful ;\n; Top-level Entity Name ; ${entity} ;\n; Logic utilization (in ALMs) ; 10 / 32,070 ( < 1 % ) ;\n${more}`;
const speed = `Timing Analyzer report for DE1_SoC
; Slow 1100mV 85C Model Fmax Summary ;
+------------+-----------------+------------+------+
; Fmax       ; Restricted Fmax ; Clock Name ; Note ;
+------------+-----------------+------------+------+
; 186.3 MHz  ; 186.3 MHz       ; CLOCK_50   ;      ;
+------------+-----------------+------------+------+
`;

test("a timing report of Quartus names the revision: the entity is that of the fitter's beside it", () => {
  const files = {
    "output_files/DE1_SoC.fit.rpt": fit("cpu", "; Total RAM Blocks ; 2 / 397 ( 1 % ) ;\n"),
    "output_files/DE1_SoC.flow.rpt": [fit("cpu").replace("Fitter", "Flow"), 20] as const,
    "output_files/DE1_SoC.sta.rpt": speed,
  };
  // The flow's summary is of the same run and says less, though it is written last.
  expect(found("quartus", "module cpu;", "cpu", files)).toEqual([
    'output_files/DE1_SoC.fit.rpt: {"lut":20,"bram":2}',
    "output_files/DE1_SoC.sta.rpt: {} 186.3 MHz",
  ]);
  expect(found("quartus", "module DE1_SoC;", "DE1_SoC", files)).toEqual([]);
});

test("nextpnr names nothing: what the critical paths mention stands in the text of the top", () => {
  const net = (name: string): string => JSON.stringify({ type: "routing", net: name, delay: 1 });
  const nets = ["iomem_addr[2]", "ready_SB_LUT4_I3_O[0]", "soc.cpu.state[1]", "soc.mem.q"];
  const report = `{"utilization":{"ICESTORM_RAM":{"used":6,"available":32}},"fmax":{"clk$SB_IO_IN_$glb_clk":{"achieved":39.3}},
    "critical_paths":[{"from":"posedge clk","to":"posedge clk","path":[${nets.map(net).join()}]}]}`;
  const files = { "build/report.json": report };
  const top = "module demo(input clk); wire [31:0] iomem_addr; reg ready; picosoc soc(clk);";
  expect(found("nextpnr", top, "demo", files)).toEqual(['build/report.json: {"bram":6} 39.3 MHz']);
  expect(
    found("nextpnr", "module picosoc(input clk); picorv32 cpu(clk);", "picosoc", files),
  ).toEqual([]);
});

test("what Vivado says after synthesis stands beside what it says after placement", () => {
  const report = (state: string, lut: number): string =>
    `| Tool Version : Vivado v.2023.2\n| Design       : top\n| Design State : ${state}\n| Slice LUTs* | ${lut} | 0 |\n`;
  expect(
    found("vivado", "module top;", "top", {
      "p.runs/synth_1/top_utilization_synth.rpt": [report("Synthesized", 211), 0],
      "p.runs/impl_1/top_utilization_placed.rpt": [report("Fully Placed", 194), 200],
    }),
  ).toEqual([
    'p.runs/impl_1/top_utilization_placed.rpt: {"lut":194}',
    'p.runs/synth_1/top_utilization_synth.rpt: {"lut":211}',
  ]);
});
