import { directiveOf } from "../directives.js";
import type { Access, HlsFunction, Loop, Variable } from "../ir.js";
import { neighboursIn, spanOf, type Neighbours } from "./neighbours.js";
import type { HlsProfile } from "./profile.js";
import { eachAccess, type PlanOf } from "./region.js";
import { hasPlainSubscripts, reloadsOf } from "./reloads.js";
import { isSplit, splitFactor, tileOf } from "./split.js";

/** What moving arguments between memory and the kernel takes. */
export interface Transfer {
  readonly name: string;
  readonly isRead: boolean;
  readonly isWritten: boolean;
  /** Words of the array's type that one cycle moves. */
  readonly width: number;
  /** Whether the whole array lies in block RAM while the kernel runs. */
  readonly isCached: boolean;
  readonly cycles: number;
  readonly words: number;
  /** Of the cycles, those of tiles of an outermost loop, by its id. */
  readonly tiled: ReadonlyMap<number, TiledPart>;
}

interface TiledPart {
  readonly cycles: number;
  readonly bursts: number;
}

/** Arrays with more bits than this stay in memory and are read in bursts where they are used. */
export const mostCachedBits = 6e6;

/**
 * Merlin moves every array argument in bursts of wide words, once where it fits on the chip, else by rows at the loops
 * that use it (Merlin compiler user guide, "memory burst" and "memory coalescing"; AutoDSE, Sohrabizadeh et al. 2022).
 */
export function transfersOf(
  target: HlsFunction,
  profile: HlsProfile,
  isIndependent: (loop: Loop) => boolean,
  planOf: PlanOf,
): readonly Transfer[] {
  const uses = usesOf(target, profile, isIndependent, planOf);
  return target.parameters.flatMap((parameter) => {
    const use = uses.get(parameter.name);
    const words = wordsOf(parameter);
    if (use === undefined || words === undefined || parameter.isStream) return [];
    const times = (use.isRead ? 1 : 0) + (use.isWritten ? 1 : 0);
    const isCached = words * parameter.type.bits <= mostCachedBits && !use.isRepeated;
    const width =
      !isCached || (use.isRevisited && profile.needsEvenRows)
        ? 1
        : widthOf(parameter, words, profile, use);
    const whole =
      words * parameter.type.bits <= mostCachedBits
        ? words / widthOf(parameter, words, profile, use) + profile.memoryLatency
        : Infinity;
    const cost = (burst: Burst): number =>
      Math.min(cyclesOf(burst, profile), burst.isLocal === true ? Infinity : whole);
    const cycles = isCached
      ? times *
        (Math.ceil(words / width) +
          profile.memoryLatency *
            (profile.needsEvenRows && parameter.dims.length > 1 ? use.copies : 1))
      : use.bursts.reduce((sum, burst) => sum + cost(burst), 0);
    const tiled = new Map<number, TiledPart>();
    if (!isCached)
      for (const burst of use.bursts)
        if (burst.tiledLoop !== undefined) {
          const { cycles: before, bursts } = tiled.get(burst.tiledLoop) ?? { cycles: 0, bursts: 0 };
          tiled.set(burst.tiledLoop, {
            cycles: before + cost(burst),
            bursts: bursts + burst.count,
          });
        }
    const { name } = parameter;
    const { isRead, isWritten } = use;
    return [{ name, isRead, isWritten, width, isCached, cycles, words, tiled }];
  });
}

function cyclesOf({ words, count }: Burst, profile: HlsProfile): number {
  return count * (words + profile.memoryLatency);
}

/** Elements of an array with known extents; undefined for scalars and open extents. */
export function wordsOf(variable: Variable): number | undefined {
  if (variable.dims.length === 0) return undefined;
  let words = 1;
  for (const dim of variable.dims) {
    if (dim === undefined) return undefined;
    words *= dim;
  }
  return words;
}

/** Elements of a row that one cycle moves where the array is moved whole. */
export function rowWidth(variable: Variable, profile: HlsProfile): number {
  return widthOf(variable, wordsOf(variable) ?? 1, profile, { copies: 1 });
}

/** The widest power of two of words in a memory word that cuts the rows evenly, where the tool wants that. */
function widthOf(
  variable: Variable,
  words: number,
  profile: HlsProfile,
  { copies, stride }: Pick<Use, "copies" | "stride">,
): number {
  let width = Math.max(1, Math.floor(profile.memoryBits / variable.type.bits));
  const row = profile.needsEvenRows || copies === 1 ? (variable.dims.at(-1) ?? words) : undefined;
  const isEven = (length: number | undefined): boolean =>
    length === undefined || length % width === 0;
  while (width > 1 && !(isEven(row) && isEven(stride))) width /= 2;
  return Math.max(1, Math.floor(width));
}

interface Burst {
  readonly words: number;
  readonly count: number;
  /** The outermost loop whose tiles it fills. */
  readonly tiledLoop?: number;
  /** Whether a tile or its copies must have it anew, although the array would fit. */
  readonly isLocal?: boolean;
}

interface Use {
  isRead: boolean;
  isWritten: boolean;
  /** Bursts inside of loops: words each, and how often; empty where the array is moved once. */
  bursts: Burst[];
  /** Whether some use asks for bursts inside of loops although the array fits. */
  isRepeated: boolean;
  /** Parallel copies of the outermost loop that use parts of it: each part is moved by itself. */
  copies: number;
  /** Elements from row to row, where the subscript itself multiplies (`a[10 * i + j]`). */
  stride?: number;
  /** Whether those copies update its elements again and again. */
  isRevisited: boolean;
}

/**
 * A loop inside of others that is tiled or made of parallel copies gets its own local copies of what it uses: they are
 * filled at every pass. A parallel outermost loop takes the copies out of the nest again.
 */
function isLocal(
  loop: Loop,
  around: readonly Loop[],
  isIndependent: (loop: Loop) => boolean,
  planOf: PlanOf,
  profile: HlsProfile,
): boolean {
  const [outermost] = around;
  if (outermost === undefined) return false;
  // Tiles of the outermost loop are filled one by one, where the compiler sees what is in them.
  if (outermost === loop)
    return tileOf(loop) > 1 && around.length > 1 && hasPlainSubscripts(loop, profile);
  if (isSplit(outermost) && isIndependent(outermost)) return false;
  // With all loops inside unrolled, copies are of statements: nothing is moved between them.
  const runs = loop.body.some((step) => step.kind === "loop" && !planOf(step).isFull);
  return runs
    ? isSplit(loop)
    : tileOf(loop) > 1 && tileOf(loop) !== (directiveOf(loop.directives, "parallel")?.factor ?? 1);
}

/** Whether the last dimension is walked by the loops, so that what they reach lies side by side. */
function isDense(access: Access, loops: readonly Loop[]): boolean {
  const last = access.indices.at(-1);
  // What is reached by a computed subscript is moved whole.
  if (last === undefined) return access.indices.length > 0;
  return loops.some(({ iterator }) => Math.abs(last.terms.get(iterator) ?? 0) === 1);
}

function usesOf(
  target: HlsFunction,
  profile: HlsProfile,
  isIndependent: (loop: Loop) => boolean,
  planOf: PlanOf,
): ReadonlyMap<string, Use> {
  const uses = new Map<string, Use>();
  const written = writtenIn(target.body);
  const note = ({ access, isRead, around, spread }: Neighbours): void => {
    const use = uses.get(access.name) ?? {
      isRead: false,
      isWritten: false,
      bursts: [],
      isRepeated: false,
      copies: 1,
      isRevisited: false,
    };
    uses.set(access.name, use);
    if (isRead) use.isRead = true;
    else use.isWritten = true;
    const stride = strideOf(access);
    if (stride !== undefined) use.stride = Math.min(stride, use.stride ?? stride);
    const [first] = around;
    if (
      first !== undefined &&
      around.length > 1 &&
      isSplit(first) &&
      tileOf(first) === 1 &&
      isIndependent(first) &&
      access.indices.some((index) => index?.terms.has(first.iterator))
    ) {
      use.copies = Math.max(use.copies, splitFactor(first));
      const isRevisited = around.some(({ iterator }) =>
        access.indices.every((index) => index !== undefined && !index.terms.has(iterator)),
      );
      const isGuarded = around.at(-1)?.body.some(({ kind }) => kind === "branch") === true;
      if (!isRead && isRevisited && !isGuarded && around.length > 2) use.isRevisited = true;
    }
    const variable = target.variables.get(access.name);
    const isLarge =
      variable !== undefined && (wordsOf(variable) ?? 0) * variable.type.bits > mostCachedBits;
    const reloads = reloadsOf(access, isRead, around, profile);
    if (reloads > 0 && !isLarge && variable !== undefined) {
      use.isRepeated = true;
      use.bursts.push({ words: wordsOf(variable) ?? 1, count: reloads, isLocal: true });
      return;
    }
    const local = around.findIndex(
      (loop) =>
        !(isLarge && loop === around[0]) &&
        isLocal(loop, around, isIndependent, planOf, profile) &&
        (access.indices.some((index) => index === undefined || index.terms.has(loop.iterator)) ||
          (isRead && tileOf(loop) > 1 && loop !== around[0] && !written.has(access.name))) &&
        (tileOf(loop) > 1 || isIndependent(loop)),
    );
    const dims = variable?.dims ?? [];
    const width =
      variable === undefined
        ? 1
        : widthOf(variable, wordsOf(variable) ?? 1, profile, { ...use, copies: 1 });
    if (local >= 0) {
      use.isRepeated = true;
      const holder = around[local];
      if (holder === undefined) return;
      const factor = splitFactor(holder);
      // Iterations of a tile share what is loaded; parallel copies each load their own, one after another on one port.
      const isShared = tileOf(holder) > 1;
      const words = spanOf(access, dims, around.slice(local + 1), {
        split: [holder, isShared ? factor : 1],
        spread,
      });
      const blocks = Math.ceil((holder.trip.average ?? 1) / factor);
      const count = around
        .slice(0, local)
        .reduce(
          (product, { trip }) => product * (trip.average ?? 1),
          isShared ? blocks : blocks * factor,
        );
      use.bursts.push({
        // Windows that overlap from row to row are moved word by word.
        words:
          words /
          (isDense(access, around.slice(local + 1)) && !spread.slice(0, -1).some((one) => one > 0)
            ? width
            : 1),
        count,
        isLocal: true,
        ...(local === 0 && tileOf(holder) > 1 && { tiledLoop: holder.id }),
      });
      return;
    }
    const [outermost, ...rest] = around;
    if (outermost === undefined || rest.length === 0) {
      use.bursts.push({ words: spanOf(access, dims, around), count: 1 });
      return;
    }
    const words = Math.min(
      spanOf(access, dims, rest),
      rest.reduce((product, { trip }) => product * (trip.average ?? 1), 1),
    );
    const dense = isDense(access, rest) ? width : 1;
    // What is the same for all iterations of the outermost loop, and fits, is loaded before it, or once for each tile.
    const isInvariant = access.indices.every(
      (index) => index !== undefined && !index.terms.has(outermost.iterator),
    );
    if (isInvariant && !isLarge) {
      const isTiled = isLocal(outermost, around, isIndependent, planOf, profile);
      use.isRepeated ||= isTiled && isIndependent(outermost);
      const tiles = Math.ceil((outermost.trip.average ?? 1) / tileOf(outermost));
      use.bursts.push({ words: words / dense, count: isTiled ? tiles : 1, isLocal: true });
      return;
    }
    const pipeline = directiveOf(outermost.directives, "pipeline");
    const isCoarse = pipeline?.isOff === false && pipeline.grain === "coarse";
    use.bursts.push({
      words: words / dense,
      count: outermost.trip.average ?? 1,
      ...(isCoarse && { tiledLoop: outermost.id }),
    });
  };
  for (const group of neighboursIn(target.body)) note(group);
  return uses;
}

function writtenIn(steps: HlsFunction["body"]): ReadonlySet<string> {
  const names = new Set<string>();
  eachAccess(steps, ({ name }, isRead) => {
    if (!isRead) names.add(name);
  });
  return names;
}

/** The smallest step of a loop over a one-dimensional array that is more than one element. */
function strideOf({ indices }: Access): number | undefined {
  const [only] = indices;
  if (only === undefined || indices.length > 1) return undefined;
  const steps = [...only.terms.values()].map(Math.abs).filter((step) => step > 1);
  return steps.length === 0 ? undefined : Math.min(...steps);
}
