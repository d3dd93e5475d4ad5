import type { Choice, ModelChoices } from "./choices.js";
import { driftSum, floorOf, jointRisk } from "./joint-risk.js";

export type Measure = "risk" | "latency" | "size" | "energy";

/** Upper ends, in seconds, bytes, joules, and of the outputs' relative square error. */
export type Limits = Partial<Readonly<Record<Measure, number>>>;

/** Choosing one scheme for each group: what is minimized, and what must hold. */
export interface PlanProblem {
  readonly choices: ModelChoices;
  readonly groups: readonly (readonly number[])[];
  readonly objective: Measure;
  readonly limits: Limits;
}

/** One scheme a group: sums over its layers. `schemeId` "" is the target's own precision. */
export interface GroupOption {
  readonly schemeId: string;
  readonly amounts: Readonly<Record<Measure, number>>;
  /** The part of the risk that adds up with other groups' by its sign. */
  readonly drift: readonly number[];
  /** The part of the risk that counts once in a plan. */
  readonly floor: number;
}

/** Schemes that every layer of the group has, without those that another beats in everything. */
export function groupOptions({
  choices,
  groups,
}: PlanProblem): readonly (readonly GroupOption[])[] {
  return groups.map((group) => {
    const layers = group.map((index) => choices.layers[index]?.choices ?? []);
    const [first = []] = layers;
    const options = first.flatMap(({ schemeId }): GroupOption[] => {
      const parts = layers.map((own) => own.find((choice) => choice.schemeId === schemeId));
      if (parts.some((part) => part === undefined)) return [];
      const whole = parts.filter((part): part is Choice => part !== undefined);
      const sum = (value: (choice: Choice) => number): number =>
        whole.reduce((total, choice) => total + value(choice), 0);
      return [
        {
          schemeId,
          amounts: {
            risk: jointRisk(whole),
            latency: sum(({ seconds }) => seconds),
            size: sum(({ bytes }) => bytes),
            energy: sum(({ joules }) => joules ?? 0),
          },
          drift: driftSum(whole),
          floor: floorOf(whole),
        },
      ];
    });
    return options.filter(
      (option, index) =>
        !options.some((other, at) => at !== index && beats(other, option, at < index)),
    );
  });
}

const measures: readonly Measure[] = ["risk", "latency", "size", "energy"];

/** At least as good in everything, drifting nowhere else, and better in something, or the earlier of two equal ones. */
function beats(left: GroupOption, right: GroupOption, isEarlier: boolean): boolean {
  if (left.drift.some((one, index) => one !== right.drift[index])) return false;
  if (left.floor > right.floor) return false;
  let isBetter = isEarlier;
  for (const measure of measures) {
    if (left.amounts[measure] > right.amounts[measure]) return false;
    if (left.amounts[measure] < right.amounts[measure]) isBetter = true;
  }
  return isBetter;
}

/** What the rest of the model takes, whatever is chosen. */
export function restOf(
  { restSeconds, restBytes, restJoules }: ModelChoices,
  measure: Measure,
): number {
  switch (measure) {
    case "latency":
      return restSeconds;
    case "size":
      return restBytes;
    case "energy":
      return restJoules;
    case "risk":
      return 0;
  }
}

/**
 * The problem in CPLEX's LP format: a binary variable for each group and option, exactly one of each group. Rows are
 * scaled to their limit and the objective to its largest term, so that the solver's tolerances are relative.
 */
export function lpText(problem: PlanProblem, options: readonly (readonly GroupOption[])[]): string {
  const name = (group: number, option: number): string => `x${group}_${option}`;
  const terms = (value: (group: number, option: number) => number): string =>
    options
      .flatMap((own, group) =>
        own.map((_, option) => {
          const factor = value(group, option);
          return `${factor < 0 ? "-" : "+"} ${number(Math.abs(factor))} ${name(group, option)}`;
        }),
      )
      .join("\n ");
  const sum = (measure: Measure, scale: number): string =>
    terms((group, option) => (options[group]?.[option]?.amounts[measure] ?? 0) / scale);
  const largest = Math.max(
    ...options.flat().map(({ amounts }) => amounts[problem.objective]),
    Number.MIN_VALUE,
  );
  const rows = Object.entries(problem.limits).map(([measure, limit]) => {
    const room = limit - restOf(problem.choices, measure as Measure);
    const scale = Math.max(Math.abs(room), Number.MIN_VALUE);
    return ` ${measure}: ${sum(measure as Measure, scale)} <= ${Math.sign(room)}`;
  });
  const picks = options.map(
    (own, group) =>
      ` pick${group}: ${own.map((_, option) => `+ ${name(group, option)}`).join(" ")} = 1`,
  );
  const variables = options.flatMap((own, group) => own.map((_, option) => name(group, option)));
  return [
    "Minimize",
    ` cost: ${sum(problem.objective, largest)}`,
    "Subject To",
    ...rows,
    ...picks,
    "Binary",
    ...variables.map((variable) => ` ${variable}`),
    "End",
  ].join("\n");
}

function number(value: number): string {
  return value === 0 ? "0" : value.toPrecision(12);
}
