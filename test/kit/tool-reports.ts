/** Reports as the tools write them, with the numbers that a test wants. */

export function vivadoUtilization(
  design: string,
  counts: { readonly lut: number; readonly ff: number; readonly dsp: number },
): string {
  const rule = "-".repeat(120);
  const row = (label: string, used: number, available: number): string =>
    `| ${label.padEnd(26)} | ${String(used).padStart(4)} |     0 |          0 | ${String(available).padStart(9)} | ${((100 * used) / available).toFixed(2).padStart(5)} |`;
  return `Copyright 1986-2022 Xilinx, Inc. All Rights Reserved. Copyright 2022-2023 Advanced Micro Devices, Inc. All Rights Reserved.
${rule}
| Tool Version : Vivado v.2022.2 (lin64) Build 3671981 Fri Oct 14 04:59:54 MDT 2022
| Host         : build7 running 64-bit Ubuntu 22.04.3 LTS
| Command      : report_utilization -file ${design}_utilization_placed.rpt -pb ${design}_utilization_placed.pb
| Design       : ${design}
| Device       : xc7a35tcpg236-1
| Speed File   : -1
| Design State : Fully Placed
${rule}

Utilization Design Information

1. Slice Logic
--------------

+----------------------------+------+-------+------------+-----------+-------+
|          Site Type         | Used | Fixed | Prohibited | Available | Util% |
+----------------------------+------+-------+------------+-----------+-------+
${row("Slice LUTs", counts.lut, 20800)}
${row("  LUT as Logic", counts.lut, 20800)}
${row("  LUT as Memory", 0, 9600)}
${row("Slice Registers", counts.ff, 41600)}
${row("  Register as Flip Flop", counts.ff, 41600)}
${row("  Register as Latch", 0, 41600)}
+----------------------------+------+-------+------------+-----------+-------+

3. Memory
---------

${row("Block RAM Tile", 0, 50)}

4. DSP
------

${row("DSPs", counts.dsp, 90)}
`;
}

export interface CsynthLoop {
  readonly label: string;
  readonly tripCount: number;
  readonly interval: number;
  readonly depth: number;
  readonly latency: number;
}

/** Vitis HLS puts a loop that it pipelines into a module of its own, and its row there. */
export function vitisCsynth(
  top: string,
  latency: number,
  counts: { readonly lut: number; readonly ff: number; readonly dsp: number },
  loops: readonly CsynthLoop[],
): string {
  const summary = ({ label, tripCount, interval, depth, latency: cycles }: CsynthLoop): string =>
    `<SummaryOfLoopLatency><${label}><Name>${label}</Name><Slack>2.92</Slack><TripCount>${tripCount}</TripCount><Latency>${cycles}</Latency><AbsoluteTimeLatency>0.5 us</AbsoluteTimeLatency><PipelineII>${interval}</PipelineII><PipelineDepth>${depth}</PipelineDepth><PipelineType>yes</PipelineType></${label}></SummaryOfLoopLatency>`;
  return `<?xml version="1.0"?>
<profile>
<ReportVersion><Version>2022.2</Version></ReportVersion>
<UserAssignments><unit>ns</unit><ProductFamily>virtexuplus</ProductFamily><Part>xcvu9p-flga2104-2-i</Part><TopModelName>${top}</TopModelName><TargetClockPeriod>4.00</TargetClockPeriod></UserAssignments>
<PerformanceEstimates>
<SummaryOfTimingAnalysis><unit>ns</unit><EstimatedClockPeriod>2.920</EstimatedClockPeriod></SummaryOfTimingAnalysis>
<SummaryOfOverallLatency><unit>clock cycles</unit><Best-caseLatency>${latency}</Best-caseLatency><Average-caseLatency>${latency}</Average-caseLatency><Worst-caseLatency>${latency}</Worst-caseLatency><Interval-min>${latency + 1}</Interval-min><Interval-max>${latency + 1}</Interval-max></SummaryOfOverallLatency>
</PerformanceEstimates>
<AreaEstimates>
<Resources><FF>${counts.ff}</FF><LUT>${counts.lut}</LUT><DSP>${counts.dsp}</DSP><BRAM_18K>0</BRAM_18K><URAM>0</URAM></Resources>
<AvailableResources><BRAM_18K>4320</BRAM_18K><DSP>6840</DSP><FF>2364480</FF><LUT>1182240</LUT><URAM>960</URAM></AvailableResources>
</AreaEstimates>
<ModuleInformation>
${loops.map((loop) => `<Module><Name>${top}_Pipeline_${loop.label}</Name><PerformanceEstimates>${summary(loop)}</PerformanceEstimates></Module>`).join("\n")}
</ModuleInformation>
</profile>
`;
}
