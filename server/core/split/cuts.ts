import type { Analysis, TargetAnalysis } from "../analysis.js";
import { add, certain, scale, sum, type Interval } from "../cost/interval.js";
import type { NodeId, ValueId } from "../graph/graph.js";
import { targetBytes } from "../lower/target-bytes.js";
import { dataflowOf, type Dataflow } from "../work/dataflow.js";
import { elementsOf } from "../work/value-bytes.js";

/**
 * A place in the order of execution at which a model can be cut in two (Kang et al. 2017, "Neurosurgeon", section 4): what
 * comes before runs on a device, the rest on a server, and the values that are still wanted are sent.
 */
export interface Cut {
  /** Nodes before the cut: 0 sends the inputs, all of them keeps everything on the device. */
  readonly nodeCount: number;
  /** The last of them that makes something that is sent. */
  readonly after: NodeId | undefined;
  readonly sentBytes: number;
  readonly sentElements: number;
  readonly deviceSeconds: Interval;
  readonly serverSeconds: Interval;
  /** Of the device's chip, by its share of the time; its radio is not in it. */
  readonly deviceJoules: number | undefined;
  /** Weights that the device holds. */
  readonly deviceWeightBytes: number;
}

export interface CutOptions {
  /** Of an element that is sent; undefined as the device keeps it. */
  readonly bits?: number;
  /** What all inputs take together when they are sent, where they are compressed. */
  readonly inputBytes?: number;
}

/** All places where no kernel of either target would be torn, in their order; undefined while a node is not costed, or an input's size not known. */
export function cutsOf(
  analysis: Analysis,
  device: TargetAnalysis,
  server: TargetAnalysis,
  options: CutOptions,
): readonly Cut[] | undefined {
  if (device.latency === undefined || server.latency === undefined) return undefined;
  const flow = dataflowOf(analysis.inferred);
  const nodeCount = flow.graph.nodes.length;
  const head = runningCost(device, nodeCount);
  const tail = runningCost(server, nodeCount);
  const sent = sentAt(flow, device, options);
  const total = tail.seconds[nodeCount] ?? certain(0);
  const [onDeviceAlone, onServerAlone] = [wholeOf(device), wholeOf(server)];
  if (sent[0]?.bytes === undefined) return undefined;
  const cuts: Cut[] = [];
  for (let at = 0; at <= nodeCount; at++) {
    if (head.isTorn[at] === 1 || tail.isTorn[at] === 1) continue;
    const before = head.seconds[at] ?? certain(0);
    const done = tail.seconds[at] ?? certain(0);
    const onDevice = at > 0 && before.value > 0;
    const isOnServer = total.value > done.value;
    const { bytes, elements, last } = sent[at] ?? nothing;
    if (bytes === undefined) continue;
    const deviceSeconds = onDevice ? onDeviceAlone(before) : certain(0);
    cuts.push({
      nodeCount: at,
      after: last,
      sentBytes: isOnServer ? bytes : 0,
      sentElements: isOnServer ? elements : 0,
      deviceSeconds,
      serverSeconds: isOnServer ? onServerAlone(add(total, scale(done, -1))) : certain(0),
      deviceJoules:
        device.energy &&
        (onDevice ? (device.energy.value * deviceSeconds.value) / device.latency.value : 0),
      deviceWeightBytes: head.weightBytes[at] ?? 0,
    });
  }
  return cuts;
}

/**
 * From the sum of a part's kernels to what the part takes, so that all of them take what the model does: with what an
 * inference takes beside its kernels, and with as much of their summed spread as the whole has, whose errors even out.
 */
function wholeOf({ latency, kernelCosts }: TargetAnalysis): (part: Interval) => Interval {
  const kernels = sum(kernelCosts.map(({ seconds }) => seconds));
  const whole = latency ?? kernels;
  const overhead = Math.max(0, whole.value - kernels.value);
  const [below, above] = [kernels.value - kernels.low, kernels.high - kernels.value];
  const low = below > 0 ? (whole.value - whole.low) / below : 1;
  const high = above > 0 ? (whole.high - whole.value) / above : 1;
  return (part) => ({
    value: part.value + overhead,
    low: part.value + overhead - low * (part.value - part.low),
    high: part.value + overhead + high * (part.high - part.value),
  });
}

interface RunningCost {
  /** By number of nodes: of all kernels that end before. */
  readonly seconds: readonly Interval[];
  readonly weightBytes: readonly number[];
  /** A kernel has nodes on both sides. */
  readonly isTorn: Uint8Array;
}

function runningCost({ lowered, kernelCosts }: TargetAnalysis, nodeCount: number): RunningCost {
  const ending: number[][] = Array.from({ length: nodeCount + 1 }, () => []);
  const isTorn = new Uint8Array(nodeCount + 1);
  for (const [index, { nodeIds }] of lowered.kernels.entries()) {
    let [first, last] = [Infinity, 0];
    for (const nodeId of nodeIds) {
      first = Math.min(first, nodeId);
      last = Math.max(last, nodeId);
    }
    for (let at = first + 1; at <= last; at++) isTorn[at] = 1;
    ending[last + 1]?.push(index);
  }
  let seconds: Interval = certain(0);
  let weightBytes = 0;
  const running = ending.map((kernels) => {
    for (const index of kernels) {
      const cost = kernelCosts[index];
      if (cost === undefined) continue;
      seconds = add(seconds, cost.seconds);
      weightBytes += lowered.kernels[index]?.weightBytes ?? 0;
    }
    return { seconds, weightBytes };
  });
  return {
    seconds: running.map((one) => one.seconds),
    weightBytes: running.map((one) => one.weightBytes),
    isTorn,
  };
}

interface Sent {
  /** Undefined while the size of a value is not known. */
  readonly bytes: number | undefined;
  readonly elements: number;
  readonly last: NodeId | undefined;
}

const nothing: Sent = { bytes: 0, elements: 0, last: undefined };

/**
 * By number of nodes before: the values that were made before and are read behind. What layers remember from call to call
 * lies where the layers do, and is never sent.
 */
function sentAt(flow: Dataflow, device: TargetAnalysis, options: CutOptions): readonly Sent[] {
  const { graph, inferred } = flow;
  const nodeCount = graph.nodes.length;
  const kept = targetBytes(flow, device.target.precision, device.lowered.valueBits);
  const sizeOf = (id: ValueId): Pick<Sent, "bytes" | "elements"> => {
    const elements = elementsOf(inferred.types[id]);
    const { bits } = options;
    const bytes = bits === undefined ? kept.of(id) : elements && Math.ceil((elements * bits) / 8);
    return { bytes, elements: elements ?? 0 };
  };
  const begins: ValueId[][] = Array.from({ length: nodeCount + 1 }, () => []);
  const ends: ValueId[][] = Array.from({ length: nodeCount + 1 }, () => []);
  for (let id = 0; id < graph.values.length; id++) {
    const start = flow.readerStart[id] ?? 0;
    const end = flow.readerStart[id + 1] ?? 0;
    const lastReader = start === end ? undefined : flow.readerList[end - 1];
    if (lastReader === undefined || inferred.isConstant[id] === true || flow.isWeight[id] === 1)
      continue;
    const { isCache = false, isState = false } = graph.values[id] ?? {};
    if (isCache || isState) continue;
    begins[(flow.producer[id] ?? -1) + 1]?.push(id);
    ends[lastReader + 1]?.push(id);
  }
  const isInput = new Set(graph.inputs);
  const live = new Set<ValueId>();
  const sent: Sent[] = [];
  for (let at = 0; at <= nodeCount; at++) {
    for (const id of ends[at] ?? []) live.delete(id);
    for (const id of begins[at] ?? []) live.add(id);
    let bytes: number | undefined = 0;
    let elements = 0;
    let last: NodeId | undefined;
    let hasInput = false;
    for (const id of live) {
      const size = sizeOf(id);
      const producer = flow.producer[id] ?? -1;
      elements += size.elements;
      last = producer >= 0 ? Math.max(last ?? 0, producer) : last;
      if (isInput.has(id) && options.inputBytes !== undefined) hasInput = true;
      else bytes = bytes === undefined || size.bytes === undefined ? undefined : bytes + size.bytes;
    }
    if (hasInput && bytes !== undefined) bytes += options.inputBytes ?? 0;
    sent.push({ bytes, elements, last });
  }
  return sent;
}
