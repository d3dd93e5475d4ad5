import type { Design, DesignLoop, MeasuredLoop } from "./design.js";

/**
 * What other tools say of a loop. Vitis calls a loop without a label by its line (`VITIS_LOOP_24_1`), and loops that it has
 * made one by all their names (`ROWS_COLUMNS`): such a row is the innermost's.
 */
export function measuredOf(
  { measured }: Pick<Design, "measured">,
  { label, line }: Pick<DesignLoop, "label" | "line">,
): readonly { readonly tool: string; readonly loop: MeasuredLoop }[] {
  return measured.flatMap(({ tool, loops }) => {
    const byName = loops.find((one) => one.label === label);
    const byLine = loops.find((one) => lineOf(one.label) === line + 1);
    const merged = loops.find((one) => one.label.endsWith(`_${label}`));
    const loop = byName ?? byLine ?? merged;
    return loop === undefined ? [] : [{ tool, loop }];
  });
}

function lineOf(label: string): number | undefined {
  const line = [...label.matchAll(/VITIS_LOOP_(\d+)_\d+/g)].at(-1)?.[1];
  return line === undefined ? undefined : Number(line);
}
