import type { Design, DesignLine, DesignProblem } from "../design.js";
import type { ChosenPart } from "../part.js";
import { usedTexts } from "../../views/design/resource-text.js";
import { hierarchyOf, isLibraryCell, sourceName } from "./hierarchy.js";
import type { NetModule } from "./netlist.js";
import type { Synthesis } from "./rtl-design.js";
import { rtlRules } from "./rules/index.generated.js";
import { missingModules } from "./rules/missing-module.js";
import type { RuleSubject } from "./rules/rule.js";
import { readSrc } from "./source-names.js";

/** What all rules say of a design; one that throws is told to the log and hides no other. */
export function checkRules(
  synthesis: Synthesis,
  design: Design,
  part: ChosenPart,
  log: (line: string) => void,
): readonly DesignProblem[] {
  const subject = subjectOf(synthesis, design, part);
  const found: DesignProblem[] = [];
  for (const rule of rtlRules) {
    try {
      found.push(...rule.check(subject));
    } catch (error) {
      log(
        `rule ${rule.code}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
  }
  // Variants of a module have a place in common, and what is to be said of it.
  const distinct = new Map(found.map((problem) => [textOf(problem), problem]));
  return [...distinct.values()].slice(0, problemLimit);
}

function textOf({ code, message, place }: DesignProblem): string {
  return JSON.stringify([code, message, place]);
}

const problemLimit = 500;

/** What a count is without: modules that are instantiated and of which there is no source. */
export function missingIn(synthesis: Synthesis): readonly string[] {
  const { elaborated, cells, top, primitives } = synthesis;
  const modules = sourceModules(elaborated, hierarchyOf(elaborated, top));
  return [...missingModules({ modules, elaborated, cells, primitives }).keys()];
}

function subjectOf(synthesis: Synthesis, design: Design, part: ChosenPart): RuleSubject {
  const { elaborated, resizedPorts, gates, cells, primitives, files, texts, top } = synthesis;
  const hierarchy = hierarchyOf(elaborated, top);
  const lines = new Map<string, DesignLine>();
  for (const line of design.lines)
    if (line.kind === "line") lines.set(`${line.file}:${line.line}`, line);
  const lineAt: RuleSubject["lineAt"] = ({ file, line }) => lines.get(`${file}:${line}`);
  return {
    design,
    part,
    elaborated,
    resizedPorts,
    hierarchy,
    gates,
    cells,
    primitives,
    texts,
    lineAt,
    modules: sourceModules(elaborated, hierarchy),
    placesOf: (src) => readSrc(src, files),
    priceOf: (place) => {
      const line = lineAt(place);
      const texts = line === undefined ? [] : usedTexts(line.resources);
      return texts.length === 0 ? "nothing that is counted" : texts.join(" · ");
    },
  };
}

/** Of each module of the sources one variant. */
function sourceModules(
  elaborated: Synthesis["elaborated"],
  { counts }: ReturnType<typeof hierarchyOf>,
): readonly NetModule[] {
  const modules = new Map<string, NetModule>();
  for (const [name] of counts) {
    const module = elaborated.modules.get(name);
    if (module === undefined || isLibraryCell(module)) continue;
    const key = sourceName(module);
    if (!modules.has(key)) modules.set(key, module);
  }
  return [...modules.values()];
}
