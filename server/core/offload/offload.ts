import { neverCancelled, type Cancel } from "../base/cancel.js";
import type { Model } from "../graph/graph.js";
import type { Method } from "../cost/cost.js";
import type { Target } from "../targets/target.js";
import { layerCosts } from "./layer-costs.js";
import { bestOf, planOffload, type OffloadPoint } from "./plan-offload.js";

export interface OffloadRequest {
  readonly device: Target;
  readonly host: Target;
  /** Tokens that the cache has room for, all of which are there when a token is timed; at least those of the prompt. */
  readonly contextTokens: number;
  readonly promptTokens: number;
  readonly linkBytesPerSecond: number;
  /** In place of the chips' own memory. */
  readonly deviceBytes?: number;
  readonly hostBytes?: number;
}

export interface Offload {
  readonly model: string;
  readonly device: OffloadSide;
  readonly host: OffloadSide;
  readonly layerCount: number;
  readonly hasExperts: boolean;
  readonly contextTokens: number;
  /** Longest context that the model was trained for; null when the file does not tell. */
  readonly contextLimit: number | null;
  readonly points: readonly OffloadPoint[];
  readonly best: OffloadPoint | null;
}

export interface OffloadSide {
  readonly target: string;
  readonly label: string;
  readonly method: Method;
  readonly capacityBytes: number;
}

/** A language model dealt out to a device and its host; or why it cannot be. */
export function offload(
  model: Model,
  request: OffloadRequest,
  cancel: Cancel = neverCancelled,
): Offload | string {
  const { generation } = model;
  if (generation === undefined) return "writes no text";
  const { device, host, contextTokens, promptTokens, linkBytesPerSecond } = request;
  const partTokens = Math.min(promptTokens, tokensAtOnce);
  const call = { tokens: 1, past: contextTokens - 1 };
  const part = {
    tokens: partTokens,
    past: Math.max(0, Math.round((promptTokens - partTokens) / 2)),
  };
  const [deviceStep, hostStep] = [device, host].map((on) => layerCosts(model, on, call, cancel));
  const [devicePart, hostPart] = [device, host].map((on) => layerCosts(model, on, part, cancel));
  if (deviceStep === undefined || devicePart === undefined)
    return `has nodes that are not costed on ${device.label}`;
  if (hostStep === undefined || hostPart === undefined)
    return `has nodes that are not costed on ${host.label}`;
  const deviceBytes = request.deviceBytes ?? memoryOf(device);
  const hostBytes = request.hostBytes ?? memoryOf(host);
  const points = planOffload(
    { device: { step: deviceStep, part: devicePart }, host: { step: hostStep, part: hostPart } },
    {
      linkBytesPerSecond,
      activationBytes: activationBytes * generation.hidden,
      promptTokens,
      partTokens,
      deviceBytes,
      hostBytes,
    },
  );
  return {
    model: model.name,
    device: sideOf(device, deviceStep.method, deviceBytes),
    host: sideOf(host, hostStep.method, hostBytes),
    layerCount: generation.layerCount,
    hasExperts: deviceStep.layers.some(({ experts }) => experts !== undefined),
    contextTokens,
    contextLimit: generation.contextLimit ?? null,
    points,
    best: bestOf(points) ?? null,
  };
}

/** llama.cpp's `n_ubatch`, and its activations between layers, in float32. */
const tokensAtOnce = 512;
const activationBytes = 4;

function memoryOf({ chip }: Target): number {
  return chip.memories.at(-1)?.size.value ?? 0;
}

function sideOf({ id, label }: Target, method: Method, capacityBytes: number): OffloadSide {
  return { target: id, label, method, capacityBytes };
}
