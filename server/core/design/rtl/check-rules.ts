import type { Design, DesignLine, DesignProblem } from "../design.js";
import type { ChosenPart } from "../part.js";
import { usedTexts } from "../../views/design/resource-text.js";
import { hierarchyOf, isLibraryCell, sourceName } from "./hierarchy.js";
import type { NetModule } from "./netlist.js";
import type { Synthesis } from "./rtl-design.js";
import { rtlRules } from "./rules/index.generated.js";
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
  return found.slice(0, problemLimit);
}

const problemLimit = 500;

function subjectOf(synthesis: Synthesis, design: Design, part: ChosenPart): RuleSubject {
  const { elaborated, resizedPorts, gates, cells, files, texts, top } = synthesis;
  const hierarchy = hierarchyOf(elaborated, top);
  const modules = new Map<string, NetModule>();
  for (const [name] of hierarchy.counts) {
    const module = elaborated.modules.get(name);
    if (module !== undefined && !isLibraryCell(module)) {
      const key = sourceName(module);
      if (!modules.has(key)) modules.set(key, module);
    }
  }
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
    texts,
    lineAt,
    modules: [...modules.values()],
    placesOf: (src) => readSrc(src, files),
    priceOf: (place) => {
      const line = lineAt(place);
      const texts = line === undefined ? [] : usedTexts(line.resources);
      return texts.length === 0 ? "nothing that is counted" : texts.join(" · ");
    },
  };
}
