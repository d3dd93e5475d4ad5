import { readTracedProgram, type TracedProgram } from "../core/formats/torch-trace.js";

type TracedInputs = NonNullable<TracedProgram["main"]>["inputs"];

/** What a run called the file's main model with. */
export function inputsOfRun(value: unknown): TracedInputs {
  return readTracedProgram(value, (text) => text).main?.inputs ?? [];
}

/**
 * The same inputs for sequences of another length, as a request states them. The length is the second extent of the first
 * input of whole numbers with two axes, which is how tokens come; every later extent that equals it changes with it.
 * Undefined where there is no such input.
 */
export function withSequence(
  inputs: TracedInputs,
  sequence: number,
): readonly string[] | undefined {
  const tokens = inputs.find(({ type, shape }) => /^u?int\d+$/.test(type) && shape.length === 2);
  const length = tokens?.shape[1];
  if (length === undefined) return undefined;
  return inputs.map(({ name, type, shape }) => {
    const extents = shape.map((extent, axis) =>
      axis > 0 && extent === length ? sequence : extent,
    );
    return `${name === "" ? "" : `${name}=`}${type}[${extents.join(",")}]`;
  });
}
