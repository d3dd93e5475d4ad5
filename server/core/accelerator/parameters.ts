import type { Accelerator, ArrayEngine } from "./accelerator.js";
import {
  attentionSchedules,
  dataflows,
  interconnects,
  multiplierStyles,
  rowSetKinds,
  softmaxPlaces,
} from "./decode-engine.js";
import { rules } from "./file-fields.js";
import { parseQuantity, type QuantityRule } from "./quantity.js";

/** What can be swept of an accelerator: its own parameters, its buffers' sizes by their names, and those of engines beside. */
export function parametersOf(accelerator: Accelerator): readonly string[] {
  return [
    ...ownParameters(accelerator),
    ...accelerator.beside.flatMap(({ name, alone }) =>
      ownParameters(alone).map((key) => `${name}.${key}`),
    ),
  ];
}

function ownParameters({ engine, buffers }: Accelerator): readonly string[] {
  const own: readonly string[] = {
    array: ["rows", "columns", "lanes", "exponentialCycles", ...Object.keys(namedChoices)],
    streaming: ["multipliers"],
    crossbar: ["rows", "columns", "count", "cellBits", "dacBits"],
    bank: ["channels", "banksPerChannel", "multipliersPerBank"],
  }[engine.kind];
  return [
    ...own,
    "cores",
    "clock",
    "node",
    "supply",
    "dram",
    "vectorLanes",
    ...buffers.map(({ name }) => name),
  ];
}

/** The accelerator with one parameter changed, or why it cannot be. */
export function withParameter(
  accelerator: Accelerator,
  key: string,
  text: string,
): Accelerator | string {
  const side = accelerator.beside.find(({ name }) => key.startsWith(`${name}.`));
  if (side === undefined) return withShared(accelerator, withOwnParameter(accelerator, key, text));
  const alone = withOwnParameter(side.alone, key.slice(side.name.length + 1), text);
  if (typeof alone === "string") return alone;
  const beside = accelerator.beside.map((old) => (old === side ? { ...side, alone } : old));
  return { ...accelerator, beside };
}

/** Engines beside follow the whole in what they have from it. */
function withShared(before: Accelerator, after: Accelerator | string): Accelerator | string {
  if (typeof after === "string") return after;
  const beside = after.beside.map(({ name, alone }) => ({
    name,
    alone: {
      ...alone,
      node: after.node,
      ...(alone.clock === before.clock && { clock: after.clock }),
      ...(alone.supply === before.supply && { supply: after.supply ?? 1 }),
      ...(alone.dram.bandwidth === before.dram.bandwidth && { dram: after.dram }),
    },
  }));
  return { ...after, beside };
}

function withOwnParameter(
  accelerator: Accelerator,
  key: string,
  text: string,
): Accelerator | string {
  const number = (rule: QuantityRule): number | string => {
    const value = parseQuantity(text, rule.unit);
    const isWhole = value !== undefined && (rule.isWhole !== true || Number.isInteger(value));
    return value !== undefined && isWhole && rule.low <= value && value <= rule.high
      ? value
      : `\`${key}=${text}\` should be ${rule.isWhole === true ? "a whole number" : "a number"} from ${rule.low} to ${rule.high}${rule.unit === "" ? "" : ` ${rule.unit}`}.`;
  };
  const change = (
    rule: QuantityRule,
    make: (value: number) => Accelerator,
  ): Accelerator | string => {
    const value = number(rule);
    return typeof value === "string" ? value : make(value);
  };
  const buffer = accelerator.buffers.findIndex(({ name }) => name === key);
  if (buffer >= 0)
    return change(rules.size, (size) => ({
      ...accelerator,
      buffers: accelerator.buffers.map((old, index) => (index === buffer ? { ...old, size } : old)),
    }));
  switch (key) {
    case "cores":
      return change(rules.cores, (cores) => ({ ...accelerator, cores }));
    case "clock":
      return change(rules.clock, (clock) => ({ ...accelerator, clock }));
    case "supply":
      return change(rules.supply, (supply) => ({ ...accelerator, supply }));
    case "node":
      return change(rules.node, (node) => ({ ...accelerator, node }));
    case "vectorLanes":
      return change(rules.lanes, (vectorLanes) => ({ ...accelerator, vectorLanes }));
    case "dram":
      return change(rules.bandwidth, (bandwidth) => ({
        ...accelerator,
        dram: { ...accelerator.dram, bandwidth },
      }));
  }
  const { engine } = accelerator;
  const names = namedChoices[key];
  if (names !== undefined && engine.kind === "array") {
    const chosen = names.find((known) => known === text || initialsOf(known) === text);
    if (chosen === undefined) return `\`${key}=${text}\` should be one of ${names.join(", ")}.`;
    const value: unknown =
      key === "attentionPasses"
        ? Number(chosen)
        : key === "packsGroups"
          ? chosen === "true"
          : chosen;
    return { ...accelerator, engine: { ...engine, [key]: value } };
  }
  if (parametersOf(accelerator).includes(key) && Object.hasOwn(engine, key)) {
    const rule = key === "multipliers" || key === "count" ? rules.count : rules.extent;
    return change(rule, (value) => {
      // An accelerator without lanes of its own for the rest has one for each column.
      const followsColumns =
        key === "columns" && engine.kind === "array" && accelerator.vectorLanes === engine.columns;
      return {
        ...accelerator,
        engine: { ...engine, [key]: value },
        ...(followsColumns && { vectorLanes: value }),
      };
    });
  }
  return `\`${key}\` is no parameter of \`${accelerator.id}\`; there are ${parametersOf(accelerator).join(", ")}.`;
}

/** What an array has one of a few of. */
const namedChoices: Readonly<Record<string, readonly string[]>> = {
  dataflow: dataflows,
  multiplier: multiplierStyles,
  interconnect: interconnects,
  attentionPasses: ["1", "2", "3"],
  attentionSchedule: attentionSchedules,
  softmaxOn: softmaxPlaces,
  packsGroups: ["true", "false"],
  rowSets: rowSetKinds,
} satisfies Partial<Record<keyof ArrayEngine, readonly string[]>>;

/** `ws`, `os`, `is`, `rs`, as the literature says. */
function initialsOf(name: string): string | undefined {
  return new Set<string>(dataflows).has(name)
    ? name
        .split("-")
        .map((word) => word[0])
        .join("")
    : undefined;
}
