import type { NodeId } from "../graph/graph.js";
import type { KernelKind } from "../ops/kernel-shape.js";
import {
  activationsOf,
  canJoin,
  exitOf,
  fuse,
  kindOf,
  makerOf,
  membersOf,
  soleReader,
  type Draft,
} from "./draft.js";
import { fuseNormalizations } from "./normalization-region.js";
import type { LoweringPass } from "./pass.js";
import { regionBehind } from "./region.js";

/**
 * What a compiler does that writes its own kernels: chains of element-wise nodes become one, join the kernel before
 * them (a residual addition joins the later of its convolutions), or the reduction behind them; a normalization that
 * is written as a dozen nodes becomes one kernel.
 */
export const pass: LoweringPass = {
  id: "fuse-elementwise",
  run: (draft) => fuseElementwise(draft, takesEpilogue),
};

/** `takesEpilogue`: kernels that element-wise work can be appended to. */
export function fuseElementwise(draft: Draft, takesEpilogue: ReadonlySet<KernelKind>): void {
  fuseNormalizations(draft);
  for (let nodeId = 0; nodeId < draft.flow.graph.nodes.length; nodeId++) {
    joinProducers(draft, nodeId, takesEpilogue);
    joinRegion(draft, nodeId, takesEpilogue);
  }
}

/** Nodes of one kernel at most: TorchInductor's `config.max_fusion_size`. It also keeps this pass linear. */
const kernelLimit = 64;

const takesEpilogue: ReadonlySet<KernelKind> = new Set([
  "conv",
  "matmul",
  "elementwise",
  "normalization",
  "softmax",
  "quantize",
] as const);

/** Kernels that read element by element, so that the work before them can be done on the way in. */
const takesPrologue: ReadonlySet<KernelKind> = new Set([
  "elementwise",
  "normalization",
  "softmax",
  "reduction",
] as const);

function joinProducers(draft: Draft, nodeId: NodeId, takesEpilogue: ReadonlySet<KernelKind>): void {
  const kind = kindOf(draft, nodeId);
  if (kind === undefined || !takesPrologue.has(kind)) return;
  if (kind !== "elementwise" && membersOf(draft, nodeId)[0] !== nodeId) return;
  let product: NodeId | undefined;
  const joined: NodeId[] = [];
  let count = membersOf(draft, nodeId).length;
  for (const id of activationsOf(draft, nodeId)) {
    const maker = makerOf(draft, id);
    if (maker < 0 || !canJoin(draft, maker, nodeId)) continue;
    if (draft.kernelOf[maker] === draft.kernelOf[nodeId]) continue;
    if (soleReader(draft, maker) !== nodeId || exitOf(draft, maker) !== maker) continue;
    const makerKind = heaviestKind(draft, maker);
    if (makerKind === undefined || !takesEpilogue.has(makerKind)) continue;
    const isPlain = makerKind === "elementwise" || makerKind === "quantize";
    if (!isPlain && kind !== "elementwise") continue;
    const size = membersOf(draft, maker).length;
    if (count + size > kernelLimit) continue;
    if (isPlain) {
      joined.push(maker);
      count += size;
    } else if (product === undefined || product < maker) product = maker;
  }
  if (product !== undefined && count + membersOf(draft, product).length <= kernelLimit)
    joined.push(product);
  if (joined.length > 0) fuse(draft, [...joined, nodeId]);
}

/** `x·sigmoid(x)` and its like behind any kernel that takes an epilogue. */
function joinRegion(draft: Draft, nodeId: NodeId, takesEpilogue: ReadonlySet<KernelKind>): void {
  if (exitOf(draft, nodeId) !== nodeId) return;
  const kind = heaviestKind(draft, nodeId);
  if (kind === undefined || !takesEpilogue.has(kind)) return;
  const region = regionBehind(
    draft,
    nodeId,
    (id) => kindOf(draft, id) === "elementwise" && membersOf(draft, id).length === 1,
  );
  if (region === undefined || region.length < 2) return;
  if (region.length + membersOf(draft, nodeId).length <= kernelLimit)
    fuse(draft, [nodeId, ...region]);
}

/** What a kernel is: what its members together make, or the kind of the one that is not element-wise. */
function heaviestKind(draft: Draft, nodeId: NodeId): KernelKind | undefined {
  let found = draft.shapes.get(draft.kernelOf[nodeId] ?? -1)?.kind;
  if (found !== undefined) return found;
  for (const member of membersOf(draft, nodeId)) {
    const kind = kindOf(draft, member);
    if (kind !== undefined && (found === undefined || found === "elementwise")) found = kind;
  }
  return found;
}
