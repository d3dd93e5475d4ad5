import type { DesignProblem } from "../../core/design/design.js";
import { emptyDesign } from "../../core/design/empty-design.js";
import { partFacts } from "../../core/design/part-facts.js";
import { sourceFile } from "../../core/design/places.js";
import { checkRules } from "../../core/design/rtl/check-rules.js";
import { rtlDesign } from "../../core/design/rtl/rtl-design.js";
import { disposeYosys, yosysTools } from "../yosys-engine.js";
import type { DesignAnalyst, DesignRequest } from "./design-request.js";
import { collectSources } from "./rtl/sources.js";
import { synthesise } from "./rtl/synthesise.js";
import { modulesIn, topModule } from "./rtl/top-module.js";

/** SystemVerilog, Verilog and VHDL: synthesised for the part. */
export const designAnalyst: DesignAnalyst = {
  kind: "rtl",
  extensions: [".sv", ".v", ".svh", ".vh", ".vhd", ".vhdl", ".f"],
  defaultPart: "xc7a35t",
  analyse: async (request, part, context) => {
    const sources = collectSources(request);
    const files = [...sources.names.values()];
    const text = sources.texts.get(sources.main) ?? "";
    const top = request.top ?? topModule(text);
    const complaint = topProblem(request, top, [...sources.texts.values()]);
    if (top === undefined || complaint !== undefined)
      return {
        ...emptyDesign("rtl", [...sources.problems, ...(complaint ? [complaint] : [])], files),
        ...partFacts(part),
      };
    const tools = yosysTools(context.log);
    const { synthesis, problems } = await synthesise(
      tools,
      request,
      sources,
      { part, top },
      context,
    );
    const all = [...sources.problems, ...problems];
    if (synthesis === undefined)
      return { ...emptyDesign("rtl", all, files), ...partFacts(part), top: undefined };
    const design = rtlDesign(synthesis, part, { problems: all, measured: [] });
    return { ...design, problems: [...all, ...checkRules(synthesis, design, part, context.log)] };
  },
  dispose: disposeYosys,
};

function topProblem(
  { file, top: wanted }: DesignRequest,
  top: string | undefined,
  texts: readonly string[],
): DesignProblem | undefined {
  const place = sourceFile(file);
  if (top === undefined)
    return {
      code: "RP5025",
      severity: "information",
      message:
        "There is no module in this file; its packages and macros are analysed where they are used.",
      place,
    };
  if (wanted === undefined) return undefined;
  const known = texts.flatMap(modulesIn);
  if (known.includes(wanted)) return undefined;
  return {
    code: "RP5026",
    severity: "error",
    message: `Module \`${wanted}\` is not in these sources; there are ${known.slice(0, 12).join(", ")}.`,
    place,
  };
}
