import type { KernelFix, KernelProblem } from "../../kernel-file.js";
import type { TileProgram } from "../program.js";
import { backendOf, sharedUseOf } from "../shared-memory.js";
import { type KernelRule, countText, listText, problemAt } from "./rule.js";

/** A configuration that asks for more than a block can have: launching it raises `OutOfResources`. */
export const fits: KernelRule = ({ source, result, programs }, { python }) => {
  const problems: KernelProblem[] = [];
  result.configs.forEach((config, index) => {
    const program = programs[index];
    const misfits = result.devices.flatMap(({ device, estimates }) => {
      const { estimate } = estimates[index] ?? {};
      return estimate?.occupancy?.doesNotFit === undefined ? [] : [{ device, estimate }];
    });
    const [first] = misfits;
    if (first === undefined || program === undefined) return;
    const { device, estimate } = first;
    const needed = estimate.kernel.sharedBytes ?? 0;
    const limit = device.capability.limits.sharedPerBlock.value;
    const names = misfits.map((one) => one.device.chip.name);
    if (needed <= limit) {
      const message = `Does not fit ${listText(names)}: ${estimate.occupancy?.doesNotFit ?? ""}.`;
      problems.push(problemAt("RP5603", "warning", config.span ?? result.place, message));
      return;
    }
    const limits = misfits.map(
      (one) =>
        `${one.device.chip.name} has ${countText(one.device.capability.limits.sharedPerBlock.value)}`,
    );
    const isWhole = result.devices.every(({ estimates }) =>
      estimates.every((one) => one.estimate.occupancy?.doesNotFit !== undefined),
    );
    const fitting = misfits.map((one) =>
      fittingStages(program, one.device, one.device.capability.limits.sharedPerBlock.value),
    );
    // What fits the smallest fits them all.
    const stages = fitting.includes(undefined)
      ? undefined
      : fitting.reduce((least, one) => ((one?.stages ?? 0) < (least?.stages ?? 0) ? one : least));
    const advice =
      stages === undefined
        ? "Smaller blocks would fit."
        : misfits.length > 1
          ? `\`num_stages=${stages.stages}\` fits ${misfits.length > 2 ? "all of them" : "both"}.`
          : `\`num_stages=${stages.stages}\` needs ${countText(stages.bytes)}.`;
    const assumed = assumedText(program);
    const message = `OutOfResources: needs ${countText(needed)} B of shared memory a block; ${listText(limits)}. ${advice}${assumed}`;
    const span = config.span ?? result.place;
    const isSure = config.span !== undefined || assumed === "";
    const severity = isSure ? (isWhole && isSure ? "error" : "warning") : "information";
    const written = stages === undefined ? undefined : stagesWord(python.text, config.span);
    const fixes: KernelFix[] = [];
    if (written !== undefined && stages !== undefined)
      fixes.push({
        title:
          misfits.length > 1
            ? `Take num_stages=${stages.stages}, which fits them all`
            : `Take num_stages=${stages.stages}: ${countText(stages.bytes)} B of shared memory`,
        edits: [{ span: written, text: String(stages.stages) }],
      });
    problems.push(problemAt("RP5603", severity, span, message, fixes));
  });
  return problems.slice(0, source.configs.length > 20 ? 20 : 64);
};

/** The most stages with which it fits; undefined where none do. */
function fittingStages(
  program: TileProgram,
  device: Parameters<typeof backendOf>[0],
  limit: number,
): { readonly stages: number; readonly bytes: number } | undefined {
  const backend = backendOf(device);
  for (let stages = program.stages - 1; stages >= 1; stages -= 1) {
    const { bytes } = sharedUseOf({ ...program, stages }, backend);
    if (bytes <= limit) return { stages, bytes };
  }
  return undefined;
}

function assumedText({ arrays, bindings }: TileProgram): string {
  const open = [...arrays].filter(([, { isSaid }]) => !isSaid);
  const types = new Set(open.map(([, { type }]) => type).filter((type) => type !== "int32"));
  const sizes = bindings.parameters
    .filter(({ from, isConstant }) => from === "assumed" && isConstant)
    .map(({ name }) => name);
  const parts = [
    ...(types.size > 0 ? [`elements are taken to be ${listText([...types])}`] : []),
    ...(sizes.length > 0 ? [`${listText(sizes)} ${sizes.length > 1 ? "are" : "is"} assumed`] : []),
  ];
  return parts.length === 0 ? "" : ` (${parts.join("; ")})`;
}

/** Where the number of stages stands in a configuration's text. */
function stagesWord(
  text: string,
  span: { readonly start: number; readonly end: number } | undefined,
): { readonly start: number; readonly end: number } | undefined {
  if (span === undefined) return undefined;
  const match = /num_stages\s*=\s*(\d+)/.exec(text.slice(span.start, span.end));
  if (match === null) return undefined;
  const digits = match[1]?.length ?? 0;
  const end = span.start + match.index + match[0].length;
  return { start: end - digits, end };
}
