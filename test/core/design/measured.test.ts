import { expect, test } from "vitest";
import { measuredFormats } from "../../../server/core/design/measured/index.generated.js";
import { loopText } from "../../../server/core/views/design/design-tables.js";
import { measuredOf } from "../../../server/core/design/measured-loop.js";
import type { MeasuredDesign } from "../../../server/core/design/design.js";

function read(text: string): MeasuredDesign | undefined {
  const format = measuredFormats.find((one) => one.sniff(text));
  return format?.read(text, "report");
}

test("Vivado's utilization: a block RAM tile is two of the smallest block", () => {
  const report = read(`Copyright 1986-2022 Xilinx, Inc.
| Tool Version : Vivado v.2022.2 (lin64) Build 3671981
| Design       : mac_array
+----------------------------+------+-------+
|          Site Type         | Used | Fixed |
| Slice LUTs*                | 3214 |     0 |
|   LUT as Memory            |   48 |     0 |
| Slice Registers            | 1088 |     0 |
|   Register as Latch        |    0 |     0 |
| Block RAM Tile             |  2.5 |     0 |
| DSPs                       |   16 |     0 |
`);
  expect(report).toMatchObject({
    tool: "Vivado 2022.2 utilization",
    top: "mac_array",
    counts: { lut: 3214, lutram: 48, ff: 1088, latch: 0, bram: 5, dsp: 16 },
  });
});

test("Vivado's timing: the period less the slack", () => {
  const report = read(`| Tool Version : Vivado v.2022.2
| Design       : mac_array
    WNS(ns)      TNS(ns)
    -------      -------
     -0.500       -1.000
Clock  Waveform(ns)         Period(ns)      Frequency(MHz)
-----  ------------         ----------      --------------
clk    {0.000 5.000}        10.000          100.000
`);
  expect(report?.fmaxHertz).toBeCloseTo(1e9 / 10.5, 0);
});

test("Quartus' fitter summary", () => {
  expect(
    read(`Fitter Status : Successful - Mon Jan 1 00:00:00 2024
Quartus Prime Version : 20.1.1 Build 720 SJ Lite Edition
Top-level Entity Name : uart
Total logic elements : 1,234 / 22,320 ( 6 % )
Total registers : 555
`),
  ).toMatchObject({ tool: "Quartus 20.1.1 fitter", top: "uart", counts: { lut: 1234, ff: 555 } });
});

test("nextpnr's report and Yosys' statistics", () => {
  expect(
    read(
      `{"fmax": {"clk": {"achieved": 85.2, "constraint": 12}}, "utilization": {"ICESTORM_LC": {"available": 7680, "used": 1292}}}`,
    ),
  ).toMatchObject({
    counts: {},
    cells: [{ name: "ICESTORM_LC", used: 1292, available: 7680 }],
    fmaxHertz: 85.2e6,
  });
  expect(
    read(
      `{"creator": "Yosys 0.55", "modules": {"\\\\top": {"num_cells_by_type": {"LUT6": 3, "FDRE": 8, "RAM32M": 1}}}}`,
    ),
  ).toMatchObject({ tool: "Yosys 0.55 stat", top: "top", counts: { lut: 7, lutram: 4, ff: 8 } });
});

test("Vitis HLS: cycles, loops and its estimate", () => {
  const report = read(`<profile><ReportVersion><Version>2022.1</Version></ReportVersion>
<UserAssignments><TopModelName>fir</TopModelName></UserAssignments>
<PerformanceEstimates><SummaryOfOverallLatency><Worst-caseLatency>132</Worst-caseLatency></SummaryOfOverallLatency>
<SummaryOfLoopLatency><TAPS><Name>TAPS</Name><TripCount>128</TripCount><Latency>130</Latency><PipelineII>1</PipelineII><PipelineDepth>4</PipelineDepth></TAPS></SummaryOfLoopLatency></PerformanceEstimates>
<AreaEstimates><Resources><BRAM_18K>2</BRAM_18K><DSP>3</DSP><FF>400</FF><LUT>300</LUT><URAM>0</URAM></Resources></AreaEstimates></profile>`);
  expect(report).toMatchObject({
    tool: "Vitis HLS 2022.1 estimate",
    top: "fir",
    counts: { bram: 2, dsp: 3, ff: 400, lut: 300, uram: 0 },
    latencyCycles: 132,
    loops: [
      { label: "TAPS", tripCount: 128, initiationInterval: 1, depthCycles: 4, latencyCycles: 130 },
    ],
  });
});

test("what is cut off or something else is no report, and throws nothing", () => {
  const whole = `{"fmax": {"clk": {"achieved": 85.2}}, "utilization": {"ICESTORM_LC": {"used": 1}}}`;
  for (let length = 0; length < whole.length; length += 1)
    expect(() => read(whole.slice(0, length))).not.toThrow();
  expect(read("<profile><AreaEstimates>")).toMatchObject({ counts: {} });
});

test("Vitis HLS: a latency that varies is a range, of which the end counts", () => {
  const report = read(`<profile><UserAssignments><TopModelName>f</TopModelName></UserAssignments>
<PerformanceEstimates><SummaryOfLoopLatency><VITIS_LOOP_4_1><TripCount><range><min>1</min><max>64</max></range></TripCount><Latency><range><min>9</min><max>400</max></range></Latency><PipelineII>6</PipelineII></VITIS_LOOP_4_1></SummaryOfLoopLatency></PerformanceEstimates>
<AreaEstimates><Resources><DSP>3</DSP></Resources></AreaEstimates></profile>`);
  expect(report?.loops).toMatchObject([
    { label: "VITIS_LOOP_4_1", tripCount: 64, initiationInterval: 6, latencyCycles: 400 },
  ]);
});

test("a report's loop is found by its label, by its line, and by what it was merged into", () => {
  const loop = (label: string): MeasuredDesign["loops"][number] => ({
    label,
    tripCount: undefined,
    initiationInterval: 2,
    depthCycles: undefined,
    latencyCycles: 10,
  });
  const labels = ["SHIFT", "ROWS_COLUMNS", "VITIS_LOOP_24_1", "VITIS_LOOP_30_2_VITIS_LOOP_31_3"];
  const report = { tool: "t", loops: labels.map(loop) } as unknown as MeasuredDesign;
  const found = (label: string, line: number): string | undefined =>
    measuredOf({ measured: [report] }, { label, line: line - 1 })[0]?.loop.label;
  expect(found("SHIFT", 3)).toBe("SHIFT");
  expect(found("COLUMNS", 12)).toBe("ROWS_COLUMNS");
  expect(found("i", 24)).toBe("VITIS_LOOP_24_1");
  expect(found("j", 31)).toBe("VITIS_LOOP_30_2_VITIS_LOOP_31_3");
  expect(found("k", 40)).toBeUndefined();
});

test("a loop's table has the report beside, with the ratio", () => {
  const ours = {
    label: "L",
    line: 0,
    file: "k.cpp",
    pragmaLine: undefined,
    tripCount: { value: 64, low: 64, high: 64 },
    isPipelined: true,
    unrollFactor: 1,
    initiationInterval: 6,
    targetInterval: 1,
    cause: undefined,
    depthCycles: 8,
    latencyCycles: { value: 400, low: 400, high: 400 },
    resources: undefined,
  } as const;
  const report = {
    tool: "Vitis HLS 2022.1 estimate",
    loops: [
      { label: "L", tripCount: 64, initiationInterval: 5, depthCycles: 8, latencyCycles: 320 },
    ],
  } as unknown as MeasuredDesign;
  const beside = loopText({ measured: [report] }, ours);
  expect(beside).toContain("| latency | 400 cycles | 320 (ours 1.3×) |");
  expect(beside).toContain("| initiation interval | 6 | 5 (ours 1.2×) |");
  expect(loopText({ measured: [] }, ours)).toContain("| latency | 400 cycles |\n");
});

const rule = "-".repeat(96);

test("Vivado's timing of several clocks: each its own period less its own slack, generated ones further in", () => {
  const report = read(`| Tool Version : Vivado v.2023.2
| Design       : top
${rule}
| Design Timing Summary
${rule}

    WNS(ns)      TNS(ns)  TNS Failing Endpoints  TNS Total Endpoints      WHS(ns)      THS(ns)
    -------      -------  ---------------------  -------------------      -------      -------
      0.250        0.000                      0                 1696        0.057        0.000

| Clock Summary
${rule}

Clock             Waveform(ns)         Period(ns)      Frequency(MHz)
-----             ------------         ----------      --------------
sys_clk           {0.000 5.000}        10.000          100.000
  clk_out1_mmcm   {0.000 2.500}        5.000           200.000

| Intra Clock Table
${rule}

Clock                 WNS(ns)      TNS(ns)  TNS Failing Endpoints  TNS Total Endpoints      WHS(ns)      THS(ns)  THS Failing Endpoints  THS Total Endpoints     WPWS(ns)     TPWS(ns)  TPWS Failing Endpoints  TPWS Total Endpoints
-----                 -------      -------  ---------------------  -------------------      -------      -------  ---------------------  -------------------     --------     --------  ----------------------  --------------------
sys_clk                                                                                                                                                              3.000        0.000                       0                     1
  clk_out1_mmcm         0.250        0.000                      0                 1696        0.057        0.000                      0                 1696        2.225        0.000                       0                   570

| Inter Clock Table
`);
  expect(report?.clocks?.map(({ name }) => name)).toEqual(["clk_out1_mmcm"]);
  expect(report?.fmaxHertz).toBeCloseTo(1e9 / 4.75, 0);
});

test("names that Vivado makes of a module's instances are the module's, variants by parameters are told apart", () => {
  const row = (instance: string, module: string, luts: number): string =>
    `| ${instance} | ${module} | ${luts} | ${luts} | 0 | 0 | 1 | 0 | 0 | 0 |\n`;
  const design = read(
    `| Tool Version : Vivado v.2019.1 (lin64)
| Command      : report_utilization -force -hierarchical -file fpga_utilization_hierarchy_placed.rpt
| Design       : fpga
| Device       : xcku035fbva676-2
| Instance | Module | Total LUTs | Logic LUTs | LUTRAMs | SRLs | FFs | RAMB36 | RAMB18 | DSP48 Blocks |
` +
      row("fpga", "(top)", 90) +
      row("  a", "arbiter", 8) +
      row("  b", "arbiter_172", 8) +
      row("  c", "switch__parameterized1", 68) +
      row("  d", "switch__parameterized1_202", 68) +
      row("  e", "queue", 4) +
      row("  f", "queue__parameterized0", 16) +
      row("  g", "rom_8", 2),
  );
  expect(design?.modules.map(({ name, counts }) => [name, counts.lut])).toEqual([
    ["fpga", 90],
    ["arbiter", 8],
    ["switch", 68],
    ["queue", 4],
    ["queue__parameterized0", 16],
    ["rom_8", 2],
  ]);
});

test("Vivado's utilization by hierarchy: a module once, its rest in brackets not again", () => {
  const report = read(`| Tool Version : Vivado v.2022.2
| Command      : report_utilization -hierarchical -file top_util_hier.rpt
| Design       : soc

1. Utilization by Hierarchy
+-----------+--------+------------+------------+---------+------+------+--------+--------+------------+
|  Instance | Module | Total LUTs | Logic LUTs | LUTRAMs | SRLs |  FFs | RAMB36 | RAMB18 | DSP Blocks |
+-----------+--------+------------+------------+---------+------+------+--------+--------+------------+
| soc       |  (top) |        900 |        880 |      16 |    4 | 1200 |      1 |      3 |          2 |
|   (soc)   |  (top) |        100 |        100 |       0 |    0 |  150 |      0 |      0 |          0 |
|   core_a  |   core |        400 |        390 |       8 |    2 |  525 |      0 |      1 |          1 |
|   core_b  |   core |        400 |        390 |       8 |    2 |  525 |      1 |      2 |          1 |
`);
  expect(report).toMatchObject({
    top: "soc",
    counts: { lut: 900, lutram: 16, ff: 1200, bram: 5, dsp: 2 },
    modules: [{ name: "soc" }, { name: "core", counts: { lut: 400, ff: 525, bram: 1 } }],
  });
});

test("Quartus' reports in tables", () => {
  expect(
    read(`Fitter report for blinky
; Fitter Summary                                                    ;
+---------------------------------+---------------------------------+
; Fitter Status                   ; Successful - Mon Jan  1 2024    ;
; Quartus Prime Version           ; 22.1std.0 Build 915 SC Lite     ;
; Top-level Entity Name           ; blinky                          ;
; Logic utilization (in ALMs)     ; 1,792 / 32,070 ( 6 % )          ;
; Total registers                 ; 3874                            ;
; Total RAM Blocks                ; 12 / 397 ( 3 % )                ;
; Total DSP Blocks                ; 4 / 87 ( 5 % )                  ;
`),
  ).toMatchObject({
    tool: "Quartus 22.1std.0 fitter",
    top: "blinky",
    counts: { lut: 3584, ff: 3874, bram: 12, dsp: 4 },
  });
  expect(
    read(`Timing Analyzer report for blinky
Mon Jan  1 2024
Quartus Prime Version 22.1std.0 Build 915 SC Lite Edition
  9. Slow 1200mV 85C Model Fmax Summary
+--------------------------------------------------+
; Slow 1200mV 85C Model Fmax Summary               ;
+------------+-----------------+------------+------+
; Fmax       ; Restricted Fmax ; Clock Name ; Note ;
+------------+-----------------+------------+------+
; 310.5 MHz  ; 250.0 MHz       ; clk        ;      ;
; 187.2 MHz  ; 187.2 MHz       ; slow       ;      ;
+------------+-----------------+------------+------+
+--------------------------------------------------+
; Slow 1200mV 0C Model Fmax Summary                ;
+------------+-----------------+------------+------+
; Fmax       ; Restricted Fmax ; Clock Name ; Note ;
+------------+-----------------+------------+------+
; 200.0 MHz  ; 200.0 MHz       ; slow       ;      ;
`),
  ).toMatchObject({
    tool: "Quartus 22.1std.0 timing",
    top: "blinky",
    fmaxHertz: 187.2e6,
    clocks: [
      { name: "clk", hertz: 310.5e6 },
      { name: "slow", hertz: 187.2e6 },
    ],
  });
});

test("Yosys' statistics with areas, after a log", () => {
  const cell = (count: number, local: number) => ({
    ...{ count, area: 4 * count, local_count: local, local_area: 4 * local },
  });
  const stat = {
    creator: "Yosys 0.55",
    modules: {
      "\\top": { num_cells_by_type: { SB_LUT4: cell(30, 10), SB_DFF: cell(12, 0) } },
      "\\leaf": { num_cells_by_type: { SB_LUT4: cell(10, 10), SB_DFF: cell(6, 6) } },
    },
    design: { num_cells_by_type: { SB_LUT4: cell(30, 10), SB_DFF: cell(12, 0) } },
  };
  expect(
    read(`Warning: nothing\n${JSON.stringify(stat, null, 1)}\nEnd of script.\n`),
  ).toMatchObject({
    counts: { lut: 30, ff: 12 },
    modules: [
      { name: "top", counts: { lut: 10, ff: 0 } },
      { name: "leaf", counts: { lut: 10, ff: 6 } },
    ],
  });
});

test("Vivado HLS: a loop in a loop is one of its own, and the outer one is not pipelined for it", () => {
  const report = read(`<profile><ReportVersion><Version>2018.2</Version></ReportVersion>
<PerformanceEstimates><SummaryOfLoopLatency>
<rows><TripCount>28</TripCount><Latency>5600</Latency><IterationLatency>200</IterationLatency>
  <columns><TripCount>undef</TripCount><Latency>198</Latency><PipelineII>5</PipelineII><PipelineDepth>8</PipelineDepth></columns></rows>
</SummaryOfLoopLatency></PerformanceEstimates>
<AreaEstimates><Resources><DSP48E>3</DSP48E></Resources></AreaEstimates></profile>`);
  expect(report?.tool).toBe("Vivado HLS 2018.2 estimate");
  expect(report?.loops).toMatchObject([
    { label: "rows", tripCount: 28, initiationInterval: undefined, depthCycles: 200 },
    { label: "columns", tripCount: undefined, initiationInterval: 5, depthCycles: 8 },
  ]);
});

test("Vitis HLS: functions beside the top, and loops that are told twice", () => {
  const loop = "<L><Name>L</Name><TripCount>4</TripCount><PipelineII>1</PipelineII></L>";
  const estimates = `<PerformanceEstimates><SummaryOfOverallLatency><Worst-caseLatency>11</Worst-caseLatency></SummaryOfOverallLatency>
    <SummaryOfLoopLatency>${loop}</SummaryOfLoopLatency></PerformanceEstimates>
    <AreaEstimates><Resources><LUT>61</LUT><AVAIL_LUT>117120</AVAIL_LUT></Resources></AreaEstimates>`;
  expect(
    read(`<profile><UserAssignments><TopModelName>net</TopModelName></UserAssignments>${estimates}
<ModuleInformation><Module><Name>load</Name><Loops><L/></Loops>${estimates}</Module><Module><Name>net</Name></Module></ModuleInformation></profile>`),
  ).toMatchObject({
    top: "net",
    modules: [{ name: "load", counts: { lut: 61 }, latencyCycles: 11 }],
    loops: [{ label: "L", tripCount: 4 }],
  });
});

test("Vivado before placement: what it lacks and what it guesses is said", () => {
  const head = (name: string, state: string): string => `| Tool Version : Vivado v.2020.1 (lin64)
| Command      : report_utilization -file ${name}
| Design       : top
${state}
`;
  expect(
    read(`${head("top_utilization_synth.rpt", "| Design State : Synthesized")}
| Slice LUTs*             | 1772 |     0 |     63400 |  2.79 |

8. Black Boxes
--------------

+-------------+------+
|   Ref Name  | Used |
+-------------+------+
| rom         |    1 |
| clk_gen     |    1 |
+-------------+------+


9. Instantiated Netlists
`),
  ).toMatchObject({
    tool: "Vivado 2020.1 utilization after synthesis",
    isBeforePlacement: true,
    caveat: "it counts without what is in `rom`, `clk_gen`",
  });
  const timing = `
    WNS(ns)      TNS(ns)
    -------      -------
      1.000        0.000
clk    {0.000 5.000}        10.000          100.000
`;
  expect(read(head("top_timing_synth.rpt", "") + timing)?.caveat).toMatch(/wires were not routed/);
  expect(read(head("top_timing_summary_routed.rpt", "") + timing)?.caveat).toBeUndefined();
  expect(
    read(`| Tool Version : Vivado v.2022.1
| Command      : report_utilization -cells core/mul -file mul.txt
| Design       : soc
| CLB LUTs*               |   77 |     0 |    274080 |  0.03 |
`)?.top,
  ).toBeUndefined();
});

test("Vivado's and Quartus' debuggers have clocks that are not the design's", () => {
  expect(
    read(`Timing Analyzer report for board
; Device Name           ; EP4CE6F17C6 ;
; Slow 1200mV 85C Model Fmax Summary                     ;
+-----------+-----------------+---------------------+------+
; Fmax      ; Restricted Fmax ; Clock Name          ; Note ;
+-----------+-----------------+---------------------+------+
; 62.9 MHz  ; 62.9 MHz        ; altera_reserved_tck ;      ;
; 106.2 MHz ; 106.2 MHz       ; clk                 ;      ;
+-----------+-----------------+---------------------+------+
`),
  ).toMatchObject({ top: "board", device: "EP4CE6F17C6", fmaxHertz: 106.2e6 });
});

test("Quartus: LUTs among logic elements, blocks of memory, entities once; a flow that has failed says nothing", () => {
  const fields = (status: string, more: string): string => `
; Fitter Status                      ; ${status} - Tue Nov 28 08:26:19 2023 ;
; Top-level Entity Name              ; soc                        ;
${more}`;
  expect(
    read(
      fields(
        "Successful",
        `; Total logic elements               ; 3,105 / 6,272 ( 50 % )     ;
;     Total combinational functions  ; 2,047 / 6,272 ( 33 % )     ;
; Total registers                    ; 2404                       ;
; Total memory bits                  ; 2,048 / 276,480 ( < 1 % )  ;
; Embedded Multiplier 9-bit elements ; 3 / 30 ( 10 % )            ;
; M9Ks                               ; 2 / 30 ( 7 % )             ;
; Compilation Hierarchy Node ; Logic Cells ; Dedicated Logic Registers ; M9Ks ; LUT-Only LCs ; Register-Only LCs ; LUT/Register LCs ; Full Hierarchy Name ; Entity Name ;
+----------------------------+-------------+---------------------------+------+
; |soc                       ; 3105 (28)   ; 2404 (19)                 ; 2    ; 701 (9)      ; 1058 (3)          ; 1346 (11)        ; |soc                ; soc         ;
;    |core:left|             ; 1410 (410)  ; 200 (200)                 ; 1    ; 205 (205)    ; 33 (33)           ; 172 (172)        ; |soc|core:left      ; core        ;
;    |core:right|            ; 1420 (410)  ; 201 (200)                 ; 1    ; 206 (205)    ; 33 (33)           ; 172 (172)        ; |soc|core:right     ; core        ;
+----------------------------+-------------+---------------------------+------+
`,
      ),
    ),
  ).toMatchObject({
    counts: { lut: 2047, ff: 2404, bram: 2, dsp: 2 },
    modules: [
      { name: "soc", counts: { lut: 2047, ff: 2404, bram: 2 } },
      { name: "core", counts: { lut: 377, ff: 200, bram: 1 } },
    ],
  });
  expect(
    read(fields("Failed", "; Total registers ; N/A until Partition Merge ;\n")),
  ).toBeUndefined();
});

test("Yosys' statistics of kept hierarchy: the top is what no other has, and modules count with theirs", () => {
  const stat = {
    creator: "Yosys 0.23 (git sha1 7ce5011c24b)",
    modules: {
      leaf: { num_cells_by_type: { SB_LUT4: 10, SB_DFF: 6 } },
      pair: { num_cells_by_type: { leaf: 2, SB_LUT4: 1 } },
      top: { num_cells_by_type: { pair: 1, SB_LUT4: 3 } },
    },
    design: { num_cells_by_type: { SB_LUT4: 24, SB_DFF: 12 } },
  };
  // Yosys 0.23 draws the tree into its JSON.
  const text = JSON.stringify(stat, null, 3).replace(
    '   "design"',
    '   top     1\n     $paramod\\pair\\W=s32\'0011      1\n   "design"',
  );
  expect(read(text.replaceAll('"pair"', '"$paramod\\\\pair\\\\W=s32\'0011"'))).toMatchObject({
    top: "top",
    counts: { lut: 24, ff: 12 },
    modules: [
      { name: "leaf", counts: { lut: 10, ff: 6 } },
      { name: "pair", counts: { lut: 21, ff: 12 } },
      { name: "top", counts: { lut: 24, ff: 12 } },
    ],
  });
});

test("nextpnr's log tells LUTs and flip-flops apart, and the speed after routing", () => {
  expect(
    read(`Info: Packing LUT-FFs..
Info:     1243 LCs used as LUT4 only
Info:      414 LCs used as LUT4 and DFF
Info:      183 LCs used as DFF only
Info: Device utilisation:
Info: 	         ICESTORM_LC:  1854/ 7680    24%
Info: 	        ICESTORM_RAM:     4/   32    12%
Info: 	        ICESTORM_PLL:     0/    2     0%
Info: Max frequency for clock 'clk$SB_IO_IN_$glb_clk': 41.02 MHz (PASS at 12.00 MHz)
Info:  1.3  1.9    Net soc.cpu.state[2] budget 7.324000 ns (18,13) -> (18,8)
Info: Max frequency for clock 'clk$SB_IO_IN_$glb_clk': 39.30 MHz (PASS at 12.00 MHz)
`),
  ).toMatchObject({
    device: "ice40",
    counts: { lut: 1657, ff: 597, bram: 4 },
    clocks: [{ name: "clk", hertz: 39.3e6 }],
    cells: [{ name: "ICESTORM_LC", used: 1854 }, { name: "ICESTORM_RAM" }],
    signals: ["soc"],
  });
});
