import type { CalibrationSet } from "../set.js";
import { set as aicGemm } from "./aic-gemm.js";

export const sets: readonly CalibrationSet[] = [aicGemm];
