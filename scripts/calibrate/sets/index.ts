import type { CalibrationSet } from "../set.js";
import { set as aicAttention } from "./aic-attention.js";
import { set as aicComm } from "./aic-comm.js";
import { set as aicGemm } from "./aic-gemm.js";
import { set as aicMla } from "./aic-mla.js";
import { set as aicMoe } from "./aic-moe.js";
import { set as aicQuant } from "./aic-quant.js";
import { set as dleInfer } from "./dle-infer.js";
import { set as edgeMisc } from "./edge-misc.js";
import { set as llmServing } from "./llm-serving.js";
import { set as llmTokens } from "./llm-tokens.js";
import { set as microcontrollers } from "./microcontrollers.js";
import { set as mlperfClosed } from "./mlperf-closed.js";
import { set as mlperfEdge } from "./mlperf-edge.js";
import { set as nasLatency } from "./nas-latency.js";
import { set as nb201Pi5 } from "./nb201-pi5.js";
import { set as neusight } from "./neusight.js";
import { set as qaihubLlm } from "./qaihub-llm.js";
import { set as qaihubPerf } from "./qaihub-perf.js";
import { set as timmInfer } from "./timm-infer.js";
import { set as vitisAiZoo } from "./vitis-ai-zoo.js";

/** In the order of their fits: networks on a V100 are fitted on top of its single operators. */
export const sets: readonly CalibrationSet[] = [
  aicAttention,
  aicComm,
  aicGemm,
  aicMla,
  aicMoe,
  aicQuant,
  dleInfer,
  edgeMisc,
  llmServing,
  llmTokens,
  microcontrollers,
  mlperfClosed,
  mlperfEdge,
  neusight,
  nasLatency,
  nb201Pi5,
  qaihubLlm,
  qaihubPerf,
  timmInfer,
  vitisAiZoo,
];
