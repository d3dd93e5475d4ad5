import { type Hls4mlCosts, hls4mlCosts } from "../hls4ml/costs.js";

/**
 * LUTs of FINN's units: fitted to the Vivado reports of five BNN-PYNQ networks with their foldings (Xilinx/BNN-PYNQ,
 * bnn/src/network/<name>/README.md and hw/config.h; XC7Z020), in the form of FINN-R (Blott et al., TRETS 11(3), 2018, section 5).
 */
const lut = {
  lutPerUnit: 300,
  /** With the window generator, the change of widths and the pooling of a convolution. */
  lutPerSlidingUnit: 1000,
  /** Of a multiplier, for each bit of both operands and each stage that they take. */
  lutPerLaneBit: 1,
  lutPerDspLane: 4,
  /** Of an element's sum and of each of its thresholds, for each bit of the sum. */
  lutPerThresholdBit: 1.8,
  /** DMA and interconnect. */
  lutShell: 5000,
  lutOfQueuesShare: 0.1,
  ffPerLut: 1.3,
};

/**
 * Assumed, not measured: watts of programmable logic at rest, from a small 28 nm part (XC7Z020) to a large one of 16 nm (XCZU7EV), and
 * joules of a LUT and cycle with its memories. 5e-13 is taken for a busy pipeline at 28 nm, as chip powers are remembered that FINN's
 * authors (Umuroglu et al., FPGA 2017) print for a ZC706; nobody has looked them up again. A fifth of it is taken for 16 nm.
 */
const watts = {
  staticLow: 0.1,
  staticHigh: 0.7,
  joulesPerLutCycleLow: 1e-13,
  joulesPerLutCycleHigh: 5e-13,
};

function decoded(): Hls4mlCosts {
  const costs = hls4mlCosts({ ...lut, watts });
  if (costs === undefined) throw new Error("no costs of streaming pipelines");
  return costs;
}

export const streamingCosts = decoded();
