import type { CalibrationSet } from "../set.js";
import { set as aicGemm } from "./aic-gemm.js";
import { set as nasLatency } from "./nas-latency.js";
import { set as nb201Pi5 } from "./nb201-pi5.js";

export const sets: readonly CalibrationSet[] = [aicGemm, nasLatency, nb201Pi5];
