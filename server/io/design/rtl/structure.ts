import type { DesignModule, DesignProblem } from "../../../core/design/design.js";
import { blanked } from "../../../core/design/blanked.js";
import { constructName } from "../../../core/design/rtl/constructs.js";
import { lineAt, lineStartsOf } from "../../../core/base/line-starts.js";
import { systemVerilogParser } from "../../systemverilog-parser.js";
import { moduleHeads } from "./module-heads.js";
import type { Sources } from "./sources.js";

/** What is left where the synthesis cannot read a source: its modules without numbers, and the name of what it stumbles over. */
export async function nameConstructs(
  problems: readonly DesignProblem[],
  sources: Sources,
): Promise<readonly DesignProblem[]> {
  if (!problems.some(({ code }) => code === "RP5020")) return problems;
  const parser = await systemVerilogParser();
  return problems.map((problem) => {
    const { place, code, message } = problem;
    if (code !== "RP5020" || place?.kind !== "source") return problem;
    const text = sources.originals.get(place.file);
    if (text === undefined || text.length > textLimit) return problem;
    const name = constructName(parser.constructsAt(text, place.line));
    return name === undefined
      ? problem
      : {
          ...problem,
          message: `${message} It stands in ${name}; what the synthesis does not know of SystemVerilog has to be written otherwise for it.`,
        };
  });
}

const textLimit = 2 << 20;

export function structureOf({ originals, names, main }: Sources): readonly DesignModule[] {
  const file = names.get(main);
  const text = file === undefined ? undefined : originals.get(file);
  if (file === undefined || text === undefined) return [];
  const starts = lineStartsOf(text);
  const unknown = { method: "estimated", counts: {} } as const;
  return moduleHeads(blanked(text)).map(({ name, start }): DesignModule => {
    const line = lineAt(starts, start);
    const place = { file, line, character: 0, endLine: line + 1, endCharacter: 0 };
    return { name, variant: name, place, instanceCount: 1, own: unknown, whole: unknown };
  });
}
