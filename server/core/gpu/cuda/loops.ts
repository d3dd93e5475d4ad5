import { fieldOf, type CppNode } from "../../hls/cpp-tree.js";
import type { Spread } from "./addresses.js";
import { evaluate } from "./evaluate.js";
import { maskAnd, maskWithout, newControl, Scope, type Control, type Machine } from "./machine.js";
import { assignedNames, namesIn, pinnedTurns, pragmaUnroll } from "./loop-names.js";
import { vectorized } from "./vectorized.js";
import type { Site } from "./recorder.js";
import { execute } from "./statements.js";
import { data, laneAt, zipLanes, type Lanes, type Value } from "./value.js";

/**
 * A loop is gone through for its first turns. Where what changes from turn to turn changes evenly, the number of turns and
 * the state after them follow from that, and the turns that were not gone through count like those that were: sums over turns by Simpson's rule
 * where turns differ (a triangular nest). A trip count that hangs on data or on a size nobody has given stays open.
 */
export function runLoop(m: Machine, scope: Scope, node: CppNode, control: Control): void {
  const inner = new Scope(scope);
  const words = m.liveWords;
  const initializer = fieldOf(node, "initializer");
  if (initializer !== undefined) execute(m, inner, asStatement(initializer), control);
  new LoopRun(m, inner, node, control).run();
  m.liveWords = words;
}

/** An initializer that is an expression is no statement in the tree. */
function asStatement(node: CppNode): CppNode {
  return node.type === "declaration" || /_statement$/.test(node.type)
    ? node
    : { ...node, type: "expression_statement", children: [node] };
}

/** More turns than these are not gone through one by one. */
const mostPlain = 4;
/** What does not change evenly (a stride that is halved) ends soon, or its end is not known. */
const mostUneven = 80;
const mostTurns = 2 ** 40;

type State = ReadonlyMap<string, Value>;

class LoopRun {
  readonly #m: Machine;
  readonly #scope: Scope;
  readonly #node: CppNode;
  readonly #control: Control;
  readonly #condition: CppNode | undefined;
  readonly #update: CppNode | undefined;
  readonly #names: readonly string[];
  readonly #frames: Map<string, Site>[] = [];
  readonly #states: State[] = [];
  readonly #unroll: number;
  /** Threads that take part; those whose condition fails have left. */
  #mask: Uint8Array | undefined;
  #open: readonly string[] = [];
  #isData = false;

  constructor(m: Machine, scope: Scope, node: CppNode, control: Control) {
    this.#m = m;
    this.#scope = scope;
    this.#node = node;
    this.#control = control;
    const condition = fieldOf(node, "condition");
    this.#condition =
      condition?.type === "condition_clause"
        ? (fieldOf(condition, "value") ?? condition.children[0])
        : condition;
    this.#update = fieldOf(node, "update");
    this.#names = assignedNames(m, node);
    this.#unroll = pragmaUnroll(m, node);
    this.#mask = m.mask;
  }

  run(): void {
    const m = this.#m;
    const outer = m.mask;
    const pinned = pinnedTurns(m, this.#node);
    if (this.#node.type === "for_range_loop") {
      this.#turn();
      this.#finishOpen(["turns of the range"]);
      m.mask = outer;
      return;
    }
    for (;;) {
      if (m.isSpent) break;
      const goesOn = this.#goesOn();
      if (!goesOn) {
        this.#joinAll();
        break;
      }
      this.#turn();
      const turns = this.#frames.length;
      if (m.isGlance) {
        this.#joinAll();
        break;
      }
      if (pinned !== undefined && turns === Math.min(2, pinned)) {
        this.#finishKnown(pinned);
        break;
      }
      if (this.#isData && turns >= 2) {
        this.#finishOpen([`turns of line ${this.#lineText()}`]);
        break;
      }
      if (turns >= 3 && this.#isEven()) {
        const count = this.#countTurns();
        if (count === undefined || count <= mostPlain) {
          if (turns >= mostUneven) {
            this.#finishOpen([`turns of line ${this.#lineText()}`]);
            break;
          }
          continue;
        }
        if (this.#open.length > 0) {
          this.#finishOpen([this.#openLabel()]);
          this.#jump(count);
        } else this.#finishKnown(count);
        break;
      }
      if (turns >= mostUneven) {
        this.#finishOpen([`turns of line ${this.#lineText()}`]);
        break;
      }
    }
    m.mask = outer;
  }

  /** Whether any thread goes on for another turn; those that do not are out. */
  #goesOn(): boolean {
    const m = this.#m;
    const isFirst = this.#frames.length === 0 && this.#states.length === 0;
    if (this.#condition === undefined || (isFirst && this.#node.type === "do_statement"))
      return this.#isLeft();
    m.mask = this.#mask;
    const value = evaluate(m, this.#scope, this.#condition);
    this.#open = value.open;
    if (value.isConstant === true) m.constantConditions.add(this.#condition.start);
    else m.constantConditions.delete(this.#condition.start);
    if (value.lanes === undefined) {
      this.#isData = true;
      m.use(value, this.#condition);
      return this.#isLeft();
    }
    if (typeof value.lanes === "number") return value.lanes !== 0 && this.#isLeft();
    this.#mask = maskAnd(
      this.#mask,
      Uint8Array.from(value.lanes, (lane) => Number(lane !== 0)),
    );
    return this.#isLeft();
  }

  #isLeft(): boolean {
    return this.#mask === undefined || this.#mask.includes(1);
  }

  #turn(): void {
    const m = this.#m;
    this.#states.push(this.#capture());
    m.recorder.begin();
    m.mask = this.#mask;
    const turn = newControl(this.#control.returned);
    if (this.#isData) m.dataDepth += 1;
    const body = fieldOf(this.#node, "body");
    if (body !== undefined) execute(m, new Scope(this.#scope), body, turn);
    if (this.#isData) m.dataDepth -= 1;
    this.#control.returned = turn.returned;
    this.#control.result ??= turn.result;
    for (const gone of [turn.broken, turn.returned])
      if (gone !== undefined) this.#mask = maskWithout(this.#mask, gone, m.threads);
    m.mask = this.#mask;
    if (this.#update !== undefined) evaluate(m, this.#scope, this.#update);
    this.#frames.push(m.recorder.end());
  }

  #capture(): State {
    const state = new Map<string, Value>();
    for (const name of this.#names) {
      const variable = this.#scope.find(name);
      if (variable?.kind === "value") state.set(name, variable.value);
    }
    return state;
  }

  /** Everything that the condition reads changes by the same amount each turn. */
  #isEven(): boolean {
    if (this.#condition === undefined) return false;
    const read = namesIn(this.#m, this.#condition);
    return this.#names
      .filter((name) => read.has(name))
      .every((name) => this.#stepOf(name) !== undefined);
  }

  /** From the last two turns to now; undefined where it differs, or is not known. */
  #stepOf(name: string): Lanes | undefined {
    const before = this.#states[this.#states.length - 2]?.get(name)?.lanes;
    const last = this.#states[this.#states.length - 1]?.get(name)?.lanes;
    const variable = this.#scope.find(name);
    const now = variable?.kind === "value" ? variable.value.lanes : undefined;
    if (before === undefined || last === undefined || now === undefined) return undefined;
    const first = zipLanes(last, before, (a, b) => a - b);
    const second = zipLanes(now, last, (a, b) => a - b);
    return areEqual(first, second) ? second : undefined;
  }

  /** Puts the state where it is before turn `turn` (0: the first), counted from now, which is before turn `frames.length`. */
  #place(now: State, steps: ReadonlyMap<string, Lanes>, turn: number): void {
    const ahead = turn - this.#frames.length;
    for (const [name, step] of steps) {
      const variable = this.#scope.find(name);
      const value = now.get(name);
      if (variable?.kind !== "value" || value?.lanes === undefined) continue;
      variable.value = {
        ...value,
        lanes: zipLanes(value.lanes, step, (at, by) => at + by * ahead),
      };
    }
  }

  #steps(): ReadonlyMap<string, Lanes> {
    const steps = new Map<string, Lanes>();
    for (const name of this.#names) {
      const step = this.#stepOf(name);
      if (step !== undefined) steps.set(name, step);
    }
    return steps;
  }

  /** The first turn whose condition fails for all threads, by doubling and halving; undefined: there is none. */
  #countTurns(): number | undefined {
    const m = this.#m;
    const condition = this.#condition;
    if (condition === undefined) return undefined;
    const now = this.#capture();
    const steps = this.#steps();
    const isOff = m.recorder.isOff;
    m.recorder.isOff = true;
    const isActive = (turn: number): boolean => {
      this.#place(now, steps, turn);
      m.mask = this.#mask;
      const { lanes } = evaluate(m, this.#scope, condition);
      if (lanes === undefined) return false;
      if (typeof lanes === "number") return lanes !== 0;
      for (let thread = 0; thread < m.threads; thread += 1)
        if (lanes[thread] !== 0 && (this.#mask === undefined || this.#mask[thread] === 1))
          return true;
      return false;
    };
    let low = this.#frames.length - 1;
    let high = this.#frames.length;
    while (high < mostTurns && isActive(high)) {
      low = high;
      high *= 2;
    }
    const isEndless = high >= mostTurns;
    while (!isEndless && high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (isActive(middle)) low = middle;
      else high = middle;
    }
    this.#place(now, steps, this.#frames.length);
    m.recorder.isOff = isOff;
    return isEndless ? undefined : high;
  }

  /** All turns were gone through. */
  #joinAll(): void {
    const count = this.#frames.length;
    for (const [index, frame] of this.#frames.entries()) this.#add(frame, 1, count, index);
    this.#overhead(count, isConstantLoop(this.#m, this.#condition));
  }

  /** What was gone through counts as it was; what is left counts like the last turns, if these are alike. */
  #finishKnown(count: number): void {
    const done = [...this.#frames];
    for (const [index, frame] of done.entries()) this.#add(frame, 1, count, index);
    const [before, last] = [done.at(-2) ?? done.at(-1), done.at(-1)];
    const rest = count - done.length;
    if (rest > 0 && before !== undefined && last !== undefined) {
      if (areAlike(before, last)) {
        this.#add(before, rest / 2, count, done.length - 1);
        this.#add(last, rest / 2, count, done.length - 1);
      } else this.#bySimpson(done.length, count);
    }
    this.#overhead(count, isConstantLoop(this.#m, this.#condition));
    this.#jump(count);
  }

  /** Turns `from` … `count` − 1 by the first, the middle and the last of them. */
  #bySimpson(from: number, count: number): void {
    const now = this.#capture();
    const steps = this.#steps();
    const mask = this.#mask;
    const rest = count - from;
    const parts: readonly (readonly [number, number])[] =
      rest <= 2
        ? Array.from({ length: rest }, (_, index) => [from + index, 1] as const)
        : [
            [from, rest / 6],
            [from + Math.floor((rest - 1) / 2), (4 * rest) / 6],
            [count - 1, rest / 6],
          ];
    for (const [turn, weight] of parts)
      this.#add(this.#turnAt(now, steps, turn, mask), weight, count, from);
    this.#place(now, steps, from);
    this.#mask = mask;
  }

  #turnAt(
    now: State,
    steps: ReadonlyMap<string, Lanes>,
    turn: number,
    mask: Uint8Array | undefined,
  ): Map<string, Site> {
    this.#place(now, steps, turn);
    this.#mask = mask;
    const m = this.#m;
    if (this.#condition !== undefined) {
      const isOff = m.recorder.isOff;
      m.recorder.isOff = true;
      m.mask = mask;
      const { lanes } = evaluate(m, this.#scope, this.#condition);
      m.recorder.isOff = isOff;
      if (lanes instanceof Float64Array)
        this.#mask = maskAnd(
          mask,
          Uint8Array.from(lanes, (lane) => Number(lane !== 0)),
        );
    }
    this.#turn();
    this.#states.pop();
    return this.#frames.pop() ?? new Map<string, Site>();
  }

  #finishOpen(labels: readonly string[]): void {
    const later = this.#frames.slice(1);
    const frames = later.length > 0 ? later : this.#frames;
    for (const frame of frames)
      this.#m.recorder.add(frame, {
        factor: 1 / frames.length,
        waitShare: 1 / this.#overlapOf(frame, false),
        openTurns: labels,
      });
    const isOff = this.#m.recorder.isOff;
    if (!isOff) {
      this.#m.recorder.begin();
      this.#overhead(1, false);
      this.#m.recorder.add(this.#m.recorder.end(), { factor: 1, waitShare: 1, openTurns: labels });
    }
    for (const name of this.#names) {
      const variable = this.#scope.find(name);
      if (variable?.kind !== "value" || variable.value.pointer !== undefined) continue;
      if (this.#stepOf(name) === undefined && !same(this.#states[0]?.get(name), variable.value))
        variable.value = { ...variable.value, lanes: undefined };
    }
  }

  /** The state after all turns; what does not change evenly is data, or alternates between two values. */
  #jump(count: number): void {
    const now = this.#capture();
    const steps = this.#steps();
    this.#place(now, steps, count);
    for (const name of this.#names) {
      if (steps.has(name)) continue;
      const variable = this.#scope.find(name);
      const [before, last] = this.#states.slice(-2).map((state) => state.get(name));
      if (variable?.kind !== "value" || last === undefined || variable.value.lanes === undefined)
        continue;
      const alternates = same(before, variable.value);
      if (alternates && (count - this.#frames.length) % 2 === 1) variable.value = last;
      else if (!alternates)
        variable.value = { ...data(variable.value.type), pointer: variable.value.pointer };
    }
  }

  #add(frame: Map<string, Site>, factor: number, count: number, index: number): void {
    const isConstant = isConstantLoop(this.#m, this.#condition);
    const [one, two] = [this.#frames[Math.min(index, 1)], this.#frames[Math.min(index, 1) + 1]];
    const from = index === 0 && this.#frames.length === 2 ? this.#frames[0] : one;
    const to = index === 0 && this.#frames.length === 2 ? this.#frames[1] : two;
    const spreadsOf = (site: Site): readonly Spread[] | undefined => {
      const [a, b] = [from?.get(site.key)?.places, to?.get(site.key)?.places];
      if (site.spreads === undefined) return undefined;
      if (a === undefined || b === undefined) return site.spreads;
      const step = (b[0] ?? 0) - (a[0] ?? 0);
      const isEven =
        a.length === b.length && (b[b.length - 1] ?? 0) - (a[a.length - 1] ?? 0) === step;
      if (!isEven) return undefined;
      return step === 0 ? site.spreads : [...site.spreads, { step, count }];
    };
    const joined = isConstant
      ? vectorized(this.#m, frame, { first: this.#frames[0] ?? frame, spreadsOf, count })
      : frame;
    this.#m.recorder.add(joined, {
      factor,
      waitShare: 1 / this.#overlapOf(frame, isConstant ? count : false),
      openTurns: [],
      spreadsOf,
    });
  }

  /** Turns whose loads are asked for together, as compilers unroll: all of a constant count, up to eight; four of others. */
  #overlapOf(frame: Map<string, Site>, constantCount: number | false): number {
    if (this.#isData) return 1;
    const seen = { global: { reads: 0, writes: 0 }, shared: { reads: 0, writes: 0 } };
    for (const { what } of frame.values()) {
      if (what.kind === "barrier" || what.kind === "atomic") return 1;
      if (what.kind !== "access") continue;
      const { space, isRestrict } = what.array;
      if (space !== "global" && space !== "shared") continue;
      if (what.direction === "read") seen[space].reads += 1;
      else if (!isRestrict) seen[space].writes += 1;
    }
    // A load may not go before a store that could be to the same place.
    if (seen.global.reads > 0 && seen.global.writes > 0) return 1;
    if (seen.shared.reads > 0 && seen.shared.writes > 0) return 1;
    if (this.#unroll > 0)
      return constantCount === false ? this.#unroll : Math.min(this.#unroll, constantCount);
    return constantCount === false ? 4 : Math.max(1, Math.min(constantCount, 8));
  }

  /** Counting and branching: nothing where the loop is unrolled whole. */
  #overhead(count: number, isConstant: boolean): void {
    if (isConstant && count <= 64) return;
    const each = 2 / (this.#unroll > 0 ? this.#unroll : 4);
    this.#m.arithmetic(this.#node, "int32", { count: each * count });
  }

  #lineText(): string {
    const { text } = this.#m.unit.file;
    let line = 1;
    for (
      let at = text.indexOf("\n");
      at !== -1 && at < this.#node.start;
      at = text.indexOf("\n", at + 1)
    )
      line += 1;
    return String(line);
  }

  /** What a person would say for the trip count: `K / 32`. */
  #openLabel(): string {
    const m = this.#m;
    const condition = this.#condition;
    const right = condition === undefined ? undefined : fieldOf(condition, "right");
    const left = condition === undefined ? undefined : fieldOf(condition, "left");
    const isLeftOwn =
      left !== undefined && [...namesIn(m, left)].some((name) => this.#names.includes(name));
    const bound = isLeftOwn ? right : left;
    const text = bound === undefined ? this.#open.join(", ") : m.text(bound).replace(/\s+/g, " ");
    const own = isLeftOwn ? left : right;
    const name =
      own === undefined ? undefined : [...namesIn(m, own)].find((one) => this.#names.includes(one));
    const step = name === undefined ? undefined : this.#stepOf(name);
    const variable = name === undefined ? undefined : this.#scope.find(name);
    const isOpenStep = variable?.kind === "value" && variable.value.open.length > 0;
    const by = step === undefined ? undefined : Math.abs(laneAt(step, 0));
    if (isOpenStep || by === undefined || by === 1) return text;
    return /[-+]/.test(text) ? `(${text}) / ${by}` : `${text} / ${by}`;
  }
}

function same(a: Value | undefined, b: Value): boolean {
  return (
    a !== undefined && a.lanes !== undefined && b.lanes !== undefined && areEqual(a.lanes, b.lanes)
  );
}

function areEqual(a: Lanes, b: Lanes): boolean {
  if (typeof a === "number" && typeof b === "number") return a === b;
  const length = typeof a === "number" ? (b as Float64Array).length : a.length;
  for (let index = 0; index < length; index += 1)
    if (laneAt(a, index) !== laneAt(b, index)) return false;
  return true;
}

/** The same work, wherever it lies. */
function areAlike(a: Map<string, Site>, b: Map<string, Site>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, site] of a) if (b.get(key)?.executions !== site.executions) return false;
  return true;
}

function isConstantLoop(m: Machine, condition: CppNode | undefined): boolean {
  if (condition === undefined) return false;
  // Bounds of parameters are known to us and not to the compiler.
  return m.constantConditions.has(condition.start);
}
