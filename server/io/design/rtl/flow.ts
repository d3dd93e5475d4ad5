import type { PartFamily } from "../../../core/design/part.js";

/** Yosys commands that map a design, elaborated to RTL cells, to a family. */
export interface Flow {
  /** The tool and its script, for people. */
  readonly title: string;
  /** Reads the family's cells. */
  readonly libraries: readonly string[];
  /** From RTL cells to gates, flip-flops and hard blocks: their source lines are still known. */
  readonly toGates: readonly string[];
  /** From gates to LUTs or standard cells. */
  readonly toCells: readonly string[];
  readonly needsAmdCells: boolean;
  /** Files of `server/data/cells` that it reads. */
  readonly cellFiles?: readonly string[];
}

/**
 * The steps are those of Yosys' own scripts (`help synth_…`, 0.55), without the reading of what the design does not use,
 * the checks that end a run at the first unknown module, and pads.
 */
export function flowOf(family: PartFamily, top: string, isFlat: boolean): Flow {
  const flows = flowsOf(top, isFlat);
  return flows[family.id] ?? flows["lut6"] ?? emptyFlow;
}

const emptyFlow: Flow = {
  title: "",
  libraries: [],
  toGates: [],
  toCells: [],
  needsAmdCells: false,
};

function flowsOf(top: string, isFlat: boolean): Readonly<Record<string, Flow>> {
  const flatten = isFlat ? "-flatten" : "";
  const keep = isFlat ? "" : "-noflatten";
  const amd = (family: string): Flow => {
    const command = `synth_xilinx -family ${family} -top ${top} ${flatten} -noiopad -noclkbuf`;
    return {
      title: `synth_xilinx -family ${family}`,
      libraries: ["read_verilog -lib amd-cells.v"],
      toGates: [`${command} -run prepare:map_luts`],
      toCells: [`${command} -run map_luts:check`],
      needsAmdCells: true,
    };
  };
  const staged = (command: string, from: string, libraries: readonly string[]): Flow => ({
    title: command,
    libraries,
    toGates: [`${command} -top ${top} ${keep} -run ${from}:map_luts`],
    toCells: [`${command} -top ${top} ${keep} -run map_luts:check`],
    needsAmdCells: false,
  });
  return {
    "xilinx-7": amd("xc7"),
    "xilinx-ultrascale": amd("xcu"),
    "xilinx-ultrascale-plus": amd("xcup"),
    ice40: staged("synth_ice40 -device hx", "flatten", [
      "read_verilog -D ICE40_HX -lib -specify +/ice40/cells_sim.v",
    ]),
    "ice40-up": staged("synth_ice40 -device u -dsp -spram", "flatten", [
      "read_verilog -D ICE40_U -lib -specify +/ice40/cells_sim.v",
    ]),
    ecp5: staged("synth_ecp5", "coarse", [
      "read_verilog -lib -specify +/ecp5/cells_sim.v +/ecp5/cells_bb.v",
    ]),
    gowin: staged("synth_gowin -family gw2a -noiopads", "flatten", [
      "read_verilog -specify -lib +/gowin/cells_sim.v",
    ]),
    "cyclone-iv": cycloneFlow(top, keep),
    "cyclone-v": staged("synth_intel_alm -family cyclonev -noiopad -noclkbuf", "coarse", [
      ...["alm_sim", "dff_sim", "dsp_sim", "mem_sim", "misc_sim"].map(
        (name) => `read_verilog -specify -lib -D cyclonev +/intel_alm/common/${name}.v`,
      ),
      "read_verilog -specify -lib -D cyclonev -icells +/intel_alm/common/abc9_model.v",
    ]),
    lut6: {
      title: "synth; abc -lut 6",
      libraries: [],
      toGates: [`synth -top ${top} ${flatten} -run coarse:fine`, ...genericFine],
      toCells: ["abc -fast", "opt -fast", "abc -lut 6", "opt_clean"],
      needsAmdCells: false,
    },
    asic: {
      title: "synth; abc -liberty",
      libraries: [],
      toGates: [`synth -top ${top} ${flatten} -run coarse:fine`, ...genericFine],
      toCells: [
        "abc -fast",
        "opt -fast",
        "dfflibmap -liberty ridgepoint.lib",
        "abc -liberty ridgepoint.lib",
        "opt_clean",
      ],
      needsAmdCells: false,
      cellFiles: ["ridgepoint.lib"],
    },
  };
}

/** Yosys' script has no carry chains for it, which Quartus uses wherever something is added. */
function cycloneFlow(top: string, keep: string): Flow {
  const command = `synth_intel -family cycloneive -nodsp -top ${top} ${keep}`;
  return {
    title: "synth_intel -family cycloneive -nodsp, with carry chains",
    libraries: [
      "read_verilog -sv -lib +/intel/cycloneive/cells_sim.v",
      "read_verilog -sv -lib +/intel/common/m9k_bb.v",
    ],
    toGates: [
      `${command} -run coarse:map_ffram`,
      "techmap -map cyclone-carry.v",
      `${command} -run map_ffram:map_luts`,
    ],
    toCells: [`${command} -run map_luts:check`],
    needsAmdCells: false,
    cellFiles: ["cyclone-carry.v"],
  };
}

const genericFine = ["opt -fast -full", "memory_map", "opt -full", "techmap", "opt -fast"];
