import { add, certain, scale, sum, type Interval } from "../cost/interval.js";
import type { LayerCost, LayerCosts, PartCost } from "./layer-costs.js";

/** A decoder on a processor that is short of memory and on its host: what lies where, and what that makes of it. */
export interface OffloadPoint {
  /** Layers whose weights and cache the device has (llama.cpp's `--n-gpu-layers`; all and the output: one more). */
  readonly deviceLayers: number;
  /** Of so many first layers the host keeps the experts, where they have any (`--n-cpu-moe`). */
  readonly hostExperts: number;
  readonly deviceBytes: number;
  readonly hostBytes: number;
  readonly fits: boolean;
  /** One token more. */
  readonly tokenSeconds: Interval;
  readonly promptSeconds: Interval;
}

export interface OffloadCosts {
  /** One token, and a part of a prompt, on either. */
  readonly device: { readonly step: LayerCosts; readonly part: LayerCosts };
  readonly host: { readonly step: LayerCosts; readonly part: LayerCosts };
}

export interface OffloadOptions {
  /** Bytes a second between the two. */
  readonly linkBytesPerSecond: number;
  /** Bytes of a token between two layers. */
  readonly activationBytes: number;
  /** Tokens of the prompt, and of a part of it that is worked off at once. */
  readonly promptTokens: number;
  readonly partTokens: number;
  readonly deviceBytes: number;
  readonly hostBytes: number;
}

/** From nothing on the device to all of it; of experts also from all on the host to none. */
export function planOffload(costs: OffloadCosts, options: OffloadOptions): readonly OffloadPoint[] {
  const { layers } = costs.device.step;
  const count = layers.length;
  const points = Array.from({ length: count + 2 }, (_, deviceLayers) =>
    pointOf(costs, options, { deviceLayers, hostExperts: 0 }),
  );
  if (!layers.some(({ experts }) => experts !== undefined)) return points;
  const withHostExperts = Array.from({ length: count }, (_, at) =>
    pointOf(costs, options, { deviceLayers: count + 1, hostExperts: count - at }),
  );
  return [...points, ...withHostExperts];
}

/** The least time a token of all that fits; of equals the quicker prompt. */
export function bestOf(points: readonly OffloadPoint[]): OffloadPoint | undefined {
  return points
    .filter(({ fits }) => fits)
    .sort(
      (a, b) =>
        a.tokenSeconds.value - b.tokenSeconds.value ||
        a.promptSeconds.value - b.promptSeconds.value,
    )[0];
}

interface Split {
  readonly deviceLayers: number;
  readonly hostExperts: number;
}

function pointOf(costs: OffloadCosts, options: OffloadOptions, split: Split): OffloadPoint {
  const { device, host } = costs;
  const { deviceBytes, hostBytes } = bytesOf(costs, split);
  const steps = partsOf(device.step, split).map(({ at, isOnDevice }) =>
    isOnDevice ? partAt(device.step, at) : partAt(host.step, at),
  );
  const crossings = crossingsOf(device.step, split);
  const step = sum(steps.map(({ seconds }) => seconds));
  const calls = options.promptTokens / options.partTokens;
  const promptParts = partsOf(device.part, split).map(({ at, isOnDevice }) => {
    const onDevice = partAt(device.part, at);
    if (isOnDevice) return onDevice.seconds;
    // Many tokens are worth bringing the weights over for (llama.cpp does from 32 on): the cheaper of both.
    const moved = add(onDevice.seconds, certain(onDevice.weightBytes / options.linkBytesPerSecond));
    const stayed = partAt(host.part, at).seconds;
    return at.kind !== "embedding" && moved.value < stayed.value ? moved : stayed;
  });
  const partCrossing = crossings * crossingSeconds(options, options.partTokens);
  return {
    ...split,
    deviceBytes,
    hostBytes,
    fits: deviceBytes <= options.deviceBytes && hostBytes <= options.hostBytes,
    tokenSeconds: add(step, certain(crossings * crossingSeconds(options, 1))),
    promptSeconds: scale(add(sum(promptParts), certain(partCrossing)), calls),
  };
}

type PartPlace =
  | { readonly kind: "embedding" | "output" }
  | { readonly kind: "plain" | "experts"; readonly layer: number };

/** All parts in their order. The last layers are those of the device, as llama.cpp deals them out. */
function partsOf(
  { layers }: LayerCosts,
  { deviceLayers, hostExperts }: Split,
): readonly { readonly at: PartPlace; readonly isOnDevice: boolean }[] {
  const first = layers.length - deviceLayers;
  return [
    { at: { kind: "embedding" }, isOnDevice: false },
    ...layers.flatMap((costs: LayerCost, layer) => [
      { at: { kind: "plain", layer } as const, isOnDevice: layer >= first },
      ...(costs.experts === undefined
        ? []
        : [
            {
              at: { kind: "experts", layer } as const,
              isOnDevice: layer >= first && layer >= hostExperts,
            },
          ]),
    ]),
    { at: { kind: "output" }, isOnDevice: deviceLayers > layers.length },
  ];
}

const nothing: PartCost = { seconds: certain(0), weightBytes: 0 };

function partAt(costs: LayerCosts, at: PartPlace): PartCost {
  switch (at.kind) {
    case "embedding":
    case "output":
      return costs[at.kind];
    case "plain":
    case "experts":
      return costs.layers[at.layer]?.[at.kind] ?? nothing;
  }
}

function bytesOf(
  { device, host }: OffloadCosts,
  split: Split,
): { readonly deviceBytes: number; readonly hostBytes: number } {
  const usesDevice = split.deviceLayers > 0;
  let deviceBytes = usesDevice ? device.part.workspaceBytes : 0;
  let hostBytes = host.part.workspaceBytes;
  for (const { at, isOnDevice } of partsOf(device.step, split)) {
    const cache = at.kind === "plain" ? (device.step.layers[at.layer]?.cacheBytes ?? 0) : 0;
    if (isOnDevice) deviceBytes += partAt(device.step, at).weightBytes + cache;
    else hostBytes += partAt(host.step, at).weightBytes + cache;
  }
  return { deviceBytes, hostBytes };
}

/** How often activations go from one to the other. */
function crossingsOf({ layers }: LayerCosts, { deviceLayers, hostExperts }: Split): number {
  if (deviceLayers === 0) return 0;
  const first = Math.max(0, layers.length - deviceLayers);
  const apart = layers.slice(first, hostExperts).filter(({ experts }) => experts !== undefined);
  // Twice around each layer's experts; to the device behind the host's layers, back for the output, or the scores.
  return 2 * apart.length + 2;
}

/** Launching a copy and waiting for it takes some 10 µs, whatever its size. */
function crossingSeconds(
  { activationBytes, linkBytesPerSecond }: OffloadOptions,
  tokens: number,
): number {
  return crossingLatency + (activationBytes * tokens) / linkBytesPerSecond;
}

const crossingLatency = 10e-6;
