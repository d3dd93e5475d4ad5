import type { Design, DesignProblem } from "./design.js";

/** A description that could not be analysed: the reasons and nothing else. */
export function emptyDesign(
  kind: Design["kind"],
  problems: readonly DesignProblem[],
  files: readonly string[] = [],
): Design {
  return {
    kind,
    top: undefined,
    part: undefined,
    family: "",
    capacity: {},
    names: {},
    tool: "",
    total: undefined,
    fmaxHertz: undefined,
    modules: [],
    lines: [],
    paths: [],
    loops: [],
    measured: [],
    problems,
    files,
  };
}
