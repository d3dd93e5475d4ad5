/** Values of each parameter, as positions on its axis. */
export interface Axis {
  /** 0 to 1; of names their index, which says nothing of how near they are. */
  readonly positions: readonly number[];
  readonly isNamed: boolean;
}

export type Space = readonly Axis[];

/** Index of the value that each parameter takes. */
export type Point = readonly number[];

export interface Trial {
  readonly point: Point;
  /** The less the better; infinite where the point is none. */
  readonly score: number;
}

export interface SearchState {
  readonly space: Space;
  readonly tried: readonly Trial[];
  /** In (0, 1), the same in every run. */
  readonly random: () => number;
}

/** Says where to look next. What has been tried before is not tried again: whoever asks takes a random point instead. */
export interface SearchMethod {
  readonly id: string;
  readonly next: (state: SearchState) => Point;
}

export function randomPoint({ space, random }: Pick<SearchState, "space" | "random">): Point {
  return space.map(({ positions }) => below(positions.length, random));
}

/** The point with one parameter changed: a step along its axis, any other value where it is named. */
export function neighbour(point: Point, { space, random }: SearchState): Point {
  const movable = space.flatMap(({ positions }, axis) => (positions.length > 1 ? [axis] : []));
  const axis = movable[below(movable.length, random)];
  if (axis === undefined) return point;
  const { positions, isNamed } = space[axis] ?? { positions: [], isNamed: true };
  const old = point[axis] ?? 0;
  const step = random() < 0.5 ? -1 : 1;
  const last = positions.length - 1;
  const value = isNamed
    ? (old + 1 + below(last, random)) % positions.length
    : old + step < 0 || last < old + step
      ? old - step
      : old + step;
  return point.map((other, index) => (index === axis ? value : other));
}

export function below(count: number, random: () => number): number {
  return Math.min(count - 1, Math.floor(random() * count));
}

export function bestOf(trials: readonly Trial[]): Trial | undefined {
  let best: Trial | undefined;
  for (const trial of trials) if (best === undefined || trial.score < best.score) best = trial;
  return best;
}
