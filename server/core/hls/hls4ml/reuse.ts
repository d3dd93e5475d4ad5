import type { Hls4mlLayer } from "./network.js";
import type { Hls4mlLayerWords } from "./words.js";

/** Cycles that hls4ml takes off a target for moving data, of each time the weights are gone through (`shuffle_cycles`). */
const shuffleCycles = 6;

/**
 * The reuse factor that a layer really gets. The resource strategy knows only factors that divide the products evenly and either
 * lie within the inputs or are multiples of them; hls4ml takes the nearest, of two the smaller (`get_closest_reuse_factor`). Where
 * a number of cycles is asked for (`TargetCycles`), the factor is what is left of it for each output or pixel.
 */
export function wordsInForce(layer: Hls4mlLayer, words: Hls4mlLayerWords): Hls4mlLayerWords {
  if (layer.kind !== "dense" && layer.kind !== "conv") return words;
  const { targetCycles, strategy } = words;
  const times = layer.kind === "dense" ? layer.outputs : layer.outputPixels;
  const wanted =
    targetCycles === undefined || targetCycles < shuffleCycles * times
      ? words.reuse
      : (targetCycles - shuffleCycles * times) / times;
  const reuse =
    strategy === "resource"
      ? nearestReuse(layer.inputs, layer.outputs, wanted)
      : Math.max(1, Math.round(wanted));
  return reuse === words.reuse ? words : { ...words, reuse };
}

function nearestReuse(inputs: number, outputs: number, wanted: number): number {
  const product = inputs * outputs;
  let best = 1;
  for (let low = 1; low * low <= product; low += 1) {
    if (product % low !== 0) continue;
    for (const reuse of [low, product / low])
      if (isValidReuse(inputs, outputs, reuse) && isNearer(reuse, best, wanted)) best = reuse;
  }
  return best;
}

function isNearer(reuse: number, best: number, wanted: number): boolean {
  const [one, other] = [Math.abs(reuse - wanted), Math.abs(best - wanted)];
  return one < other || (one === other && reuse < best);
}

function isValidReuse(inputs: number, outputs: number, reuse: number): boolean {
  if ((inputs * outputs) % reuse !== 0) return false;
  return reuse < inputs
    ? Math.ceil((inputs * outputs) / reuse) % outputs === 0
    : reuse % inputs === 0;
}
