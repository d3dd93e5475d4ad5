import { directiveOf } from "../directives.js";
import type { Access, HlsFunction, Loop, Step, Variable } from "../ir.js";
import { carriedDependence } from "./dependence.js";
import type { DirectivePlan } from "./plan.js";
import type { HlsProfile } from "./profile.js";
import { wordsOf } from "./transfers.js";
import { eachAccess, readsOf, sitesOf } from "./region.js";

/** As it shows in published designs for Merlin (HLSyn): at most this many banks of an array. */
const mostBanks = 512;

/** Likewise: bits of the arrays that copies of an outermost loop have each for themselves; 2 copies of 3.4 Mb are made, 4 are not. */
const mostSharedBits = 8e6;

interface Strictness {
  /** Whether a scalar from outside of the loop is shared by its copies. */
  readonly mindsScalars?: boolean;
  /** Whether declared reductions over arrays are no dependence. */
  readonly mayReduce?: boolean;
  /** Whether subscripts that are not alike may be told apart. */
  readonly isFine?: boolean;
}

/** Which transformations the dependences of a kernel allow, and which Merlin does not attempt. */
export class Legality {
  readonly #target: HlsFunction;
  readonly #profile: HlsProfile;
  readonly #plan: DirectivePlan;
  #reductionNames: ReadonlySet<string> | undefined;
  #wholeDimNames: ReadonlySet<string> | undefined;
  #writtenNames: ReadonlySet<string> | undefined;

  constructor(target: HlsFunction, profile: HlsProfile, plan: DirectivePlan) {
    this.#target = target;
    this.#profile = profile;
    this.#plan = plan;
  }

  isReduction(name: string): boolean {
    return this.reductions().has(name) || isWhole(this.#target.variables.get(name));
  }

  reductions(): ReadonlySet<string> {
    if (this.#reductionNames !== undefined) return this.#reductionNames;
    const names = new Set<string>();
    const visit = (steps: readonly Step[]): void => {
      for (const step of steps)
        if (step.kind === "branch") {
          visit(step.then);
          visit(step.otherwise);
        } else if (step.kind !== "assign") {
          if (step.kind === "loop") {
            const reduction = directiveOf(step.directives, "parallel")?.reduction;
            // Without a name, the tool finds several candidates and leaves all alone.
            if (reduction !== undefined && reduction !== "") names.add(reduction);
          }
          visit(step.body);
        }
    };
    visit(this.#target.body);
    return (this.#reductionNames = names);
  }

  /** Dimensions of arrays that some loop of the kernel unrolls whole. */
  wholeDims(): ReadonlySet<string> {
    if (this.#wholeDimNames !== undefined) return this.#wholeDimNames;
    const names = new Set<string>();
    const { planOf } = this.#plan;
    const visit = (steps: readonly Step[], unrolled: readonly string[]): void => {
      const note = ({ name, indices }: Access): void =>
        indices.forEach((index, dim) => {
          if (unrolled.some((iterator) => index?.terms.has(iterator) === true))
            names.add(`${name}:${dim}`);
        });
      for (const step of steps)
        switch (step.kind) {
          case "assign":
            note(step.target);
            readsOf(step.value).forEach(note);
            break;
          case "branch":
            visit(step.then, unrolled);
            visit(step.otherwise, unrolled);
            break;
          case "call":
            visit(step.body, unrolled);
            break;
          case "loop":
            visit(step.body, planOf(step).isFull ? [...unrolled, step.iterator] : unrolled);
        }
    };
    visit(this.#target.body, []);
    return (this.#wholeDimNames = names);
  }

  /** Arrays that the kernel writes somewhere. */
  writtenArrays(): ReadonlySet<string> {
    if (this.#writtenNames !== undefined) return this.#writtenNames;
    const names = new Set<string>();
    eachAccess(this.#target.body, ({ name, indices }, isRead) => {
      if (!isRead && indices.length > 0) names.add(name);
    });
    return (this.#writtenNames = names);
  }

  /** Whether each pass of an inner loop updates the elements that the pass before has left. */
  revisits(inner: Loop, outer: Loop): boolean {
    return sitesOf(inner.body, this.#plan.planOf).some(
      ({ target, value }) =>
        target !== undefined &&
        target.indices.length > 0 &&
        !this.reductions().has(target.name) &&
        target.indices.every((index) => index !== undefined && !index.terms.has(outer.iterator)) &&
        readsOf(value).some(({ name }) => name === target.name),
    );
  }

  /** Merlin leaves a loop alone whose copies would depend on one another, unless it is declared a reduction. */
  isIgnored(loop: Loop): boolean {
    const parallel = directiveOf(loop.directives, "parallel");
    if (parallel === undefined || parallel.reduction !== undefined) return false;
    // Copies of plain statements are scheduled by the tool itself, which sees through unlike subscripts.
    const isFine = loop.body.some(({ kind }) => kind === "loop");
    return !this.#plan.planOf(loop).isFull && !this.isIndependent(loop, { isFine });
  }

  /** Whether a loop of plain statements hands on nothing but sums in elements that stay the same over it: its copies add in a chain. */
  isChain(loop: Loop): boolean {
    const sites = sitesOf(loop.body, () => ({ factor: 1, isFull: true }));
    const isPlain = loop.body.every(({ kind }) => kind === "assign");
    return (
      isPlain &&
      sites.every(
        ({ target }) =>
          target?.indices.every((index) => index?.terms.has(loop.iterator) === false) === true,
      )
    );
  }

  /** Merlin gives up copies that would cut an array into too many banks, or unevenly, or fill the chip with copies of arrays. */
  hasRoom(loop: Loop, factor: number, isInside: boolean): boolean {
    if (!this.#plan.isMerlin || !this.#profile.needsEvenRows) return true;
    if (this.#sharedBits(loop) * factor > mostSharedBits) return false;
    const visit = (steps: readonly Step[], factors: number): boolean =>
      steps.every((step) => {
        if (step.kind === "assign") return factors <= mostBanks;
        if (step.kind === "branch")
          return visit(step.then, factors) && visit(step.otherwise, factors);
        if (step.kind === "call") return visit(step.body, factors);
        const inner = this.isIgnored(step) ? 1 : this.#plan.planOf(step).factor;
        const isRough = isInside || step.body.some(({ kind }) => kind === "branch");
        if (isUneven(step, inner) && isRough && !step.body.some(({ kind }) => kind === "loop"))
          return false;
        const isInner = !step.body.some(({ kind }) => kind === "loop");
        return visit(step.body, isInner || this.isIndependent(step) ? factors * inner : factors);
      });
    return visit(loop.body, factor);
  }

  /** Bits of the arrays that every copy of a loop reads whole: each copy has its own. */
  #sharedBits(loop: Loop): number {
    const bits = new Map<string, number>();
    for (const { value } of sitesOf(loop.body, () => ({ factor: 1, isFull: true })))
      for (const { name, indices } of readsOf(value)) {
        const variable = this.#target.variables.get(name);
        if (variable === undefined || indices.length === 0) continue;
        if (indices.some((index) => index?.terms.has(loop.iterator) === true)) bits.delete(name);
        else bits.set(name, (wordsOf(variable) ?? 0) * variable.type.bits);
      }
    return [...bits.values()].reduce((sum, one) => sum + one, 0);
  }

  /** Whether a variable is declared outside of a loop. */
  isOuter(name: string, loop: Loop): boolean {
    const span = this.#target.variables.get(name)?.span;
    return span !== undefined && !(loop.span.start <= span.start && span.end <= loop.span.end);
  }

  /** Whether iterations of a loop with loops inside can run side by side: nothing is carried from one to the next. */
  isParallel(loop: Loop, mayReduce = false): boolean {
    return this.isIndependent(loop, { mindsScalars: true, mayReduce });
  }

  /** The same of arrays alone: scalars that are declared outside are looked over. */
  isIndependent(
    loop: Loop,
    { mindsScalars = false, mayReduce = false, isFine = false }: Strictness = {},
  ): boolean {
    const reductions = this.reductions();
    const sites = sitesOf(loop.body, () => ({ factor: 1, isFull: true }));
    const written = new Set<string>();
    return sites.every((writer) => {
      const { target } = writer;
      if (target === undefined) return true;
      // A scalar that each iteration writes before it reads it is each copy's own.
      if (target.indices.length > 0 && mayReduce && reductions.has(target.name)) return true;
      // Declared outside of the loop, a scalar is shared by the copies.
      if (mindsScalars && target.indices.length === 0 && this.isOuter(target.name, loop))
        return false;
      const isOwn =
        target.indices.length === 0 &&
        (written.has(target.name) ||
          !readsOf(writer.value).some(({ name }) => name === target.name));
      if (!writer.isConditional) written.add(target.name);
      if (isOwn) return true;
      const unrolled = new Set(innerIterators(loop.body));
      return (
        sites.every((reader) =>
          readsOf(reader.value).every(
            (read) =>
              carriedDependence(target, read, loop.iterator, loop.stride, unrolled) === undefined &&
              (isFine || read.name !== target.name || haveLikeSubscripts(target, read)),
          ),
        ) && dependsOnIterator(target, loop.iterator)
      );
    });
  }
}

export function isUneven(loop: Loop, factor: number): boolean {
  const trip = loop.trip.most;
  return trip !== undefined && factor > 1 && trip % factor !== 0;
}

function isWhole(variable: Variable | undefined): boolean {
  return variable !== undefined && variable.type.kind !== "float";
}

/** Subscripts that differ in more than a constant make tools give up on telling what is independent. */
function haveLikeSubscripts(a: Access, b: Access): boolean {
  return a.indices.every((index, dim) => {
    const other = b.indices[dim];
    if (index === undefined || other === undefined || index.terms.size !== other.terms.size)
      return false;
    return [...index.terms].every(([name, factor]) => other.terms.get(name) === factor);
  });
}

function dependsOnIterator(
  access: {
    readonly indices: readonly ({ readonly terms: ReadonlyMap<string, number> } | undefined)[];
  },
  iterator: string,
): boolean {
  return access.indices.some((index) => index?.terms.has(iterator));
}

function innerIterators(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) =>
    step.kind === "loop"
      ? [step.iterator, ...innerIterators(step.body)]
      : step.kind === "branch"
        ? [...innerIterators(step.then), ...innerIterators(step.otherwise)]
        : step.kind === "call"
          ? innerIterators(step.body)
          : [],
  );
}
