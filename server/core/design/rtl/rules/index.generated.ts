// Written by scripts/gen.mjs; do not edit.
import { rtlRule as combinationalLoop } from "./combinational-loop.js";
import { rtlRule as divider } from "./divider.js";
import { rtlRule as gatedClock } from "./gated-clock.js";
import { rtlRule as inferredLatch } from "./inferred-latch.js";
import { rtlRule as missedBlockRam } from "./missed-block-ram.js";
import { rtlRule as missedDsp } from "./missed-dsp.js";
import { rtlRule as missingModule } from "./missing-module.js";
import { rtlRule as multipleDrivers } from "./multiple-drivers.js";
import { rtlRule as nothingLeft } from "./nothing-left.js";
import { rtlRule as overCapacity } from "./over-capacity.js";
import { rtlRule as priorityChain } from "./priority-chain.js";
import { rtlRule as resetFanOut } from "./reset-fan-out.js";
import { rtlRule as truncation } from "./truncation.js";
import { rtlRule as unregisteredDsp } from "./unregistered-dsp.js";
import { rtlRule as unusedSignal } from "./unused-signal.js";
import { rtlRule as wideMultiplexer } from "./wide-multiplexer.js";
import { rtlRule as wideningArithmetic } from "./widening-arithmetic.js";
import { rtlRule as widthMismatch } from "./width-mismatch.js";
import type { RtlRule } from "./rule.js";

export const rtlRules: readonly RtlRule[] = [
  combinationalLoop,
  divider,
  gatedClock,
  inferredLatch,
  missedBlockRam,
  missedDsp,
  missingModule,
  multipleDrivers,
  nothingLeft,
  overCapacity,
  priorityChain,
  resetFanOut,
  truncation,
  unregisteredDsp,
  unusedSignal,
  wideMultiplexer,
  wideningArithmetic,
  widthMismatch,
];
