import type { DesignProblem } from "../../core/design/design.js";
import { emptyDesign } from "../../core/design/empty-design.js";
import { designExtensions, isFileList, isVhdl } from "../../core/design/file-kinds.js";
import { partFacts } from "../../core/design/part-facts.js";
import { sourceFile } from "../../core/design/places.js";
import { defaultActivity, designEnergy } from "../../core/design/rtl/gate-energy.js";
import { checkRules, missingIn } from "../../core/design/rtl/check-rules.js";
import { withMissing } from "../../core/design/rtl/incomplete.js";
import { rtlDesign } from "../../core/design/rtl/rtl-design.js";
import { disposeYosys, yosysTools } from "../yosys-engine.js";
import type { DesignAnalyst, DesignRequest } from "./design-request.js";
import { requestOfList } from "./rtl/list-request.js";
import { placeAndRoute } from "./rtl/route.js";
import { collectSources } from "./rtl/sources.js";
import { nameConstructs, structureOf } from "./rtl/structure.js";
import { synthesise } from "./rtl/synthesise.js";
import { entitiesIn, readVhdl } from "./rtl/vhdl.js";
import { modulesIn, topModule } from "./rtl/top-module.js";
import { withReports } from "./with-reports.js";

/** SystemVerilog, Verilog and VHDL: synthesised for the part. */
export const designAnalyst: DesignAnalyst = {
  kind: "rtl",
  extensions: designExtensions.rtl,
  defaultPart: "xc7a35t",
  analyse: async (asked, part, context) => {
    const request = isFileList(asked.file) ? requestOfList(asked) : asked;
    const sources = collectSources(request);
    const files = [...sources.names.values()];
    const text = sources.texts.get(sources.main) ?? "";
    const isInVhdl = isVhdl(request.file);
    const top = request.top ?? (isInVhdl ? entitiesIn(text).at(-1) : topModule(text));
    const complaint = topProblem(request, top, [...sources.texts.values()]);
    if (top === undefined || complaint !== undefined)
      return {
        ...emptyDesign("rtl", [...sources.problems, ...(complaint ? [complaint] : [])], files),
        ...partFacts(part),
      };
    const tools = yosysTools(context.log);
    const vhdl = isInVhdl ? await readVhdl(request, sources, top, context) : undefined;
    if (vhdl !== undefined && vhdl.sources === undefined)
      return {
        ...emptyDesign("rtl", [...sources.problems, ...vhdl.problems], files),
        ...partFacts(part),
      };
    const settled = isInVhdl ? { ...request, parameters: {} } : request;
    const verilog = vhdl?.sources ?? sources;
    const { synthesis, front, problems } = await synthesise(
      tools,
      settled,
      verilog,
      { part, top },
      context,
    );
    const all = [
      ...sources.problems,
      ...(vhdl?.problems ?? []),
      ...(await nameConstructs(problems, sources)),
    ];
    if (synthesis === undefined)
      return {
        ...emptyDesign("rtl", [...sources.likely, ...all], files),
        ...partFacts(part),
        modules: structureOf(sources),
      };
    const plain = rtlDesign(synthesis, part, all);
    const { gateEnergy } = part.part ?? {};
    const energy =
      plain.total &&
      gateEnergy &&
      designEnergy(plain.total, gateEnergy, request.activity ?? defaultActivity);
    const missing = missingIn(synthesis);
    const counted = {
      ...withMissing(plain, synthesis, missing),
      ...(energy !== undefined && { energy }),
    };
    const subject = { part, top, fmaxHertz: counted.fmaxHertz?.value };
    const routed = request.isRouted
      ? await placeAndRoute(tools, settled, front, subject, context)
      : { measured: [], problems: [] };
    const { design, problems: told } = withReports(
      request,
      part,
      {
        design: counted,
        texts: synthesis.texts,
        missing,
        routed: routed.measured,
      },
      context,
    );
    const rules = checkRules(synthesis, design, part, context.log);
    const kept = synthesis.isFlat || request.hierarchy === "keep" ? [] : [keptProblem(request)];
    return { ...design, problems: [...all, ...kept, ...told, ...routed.problems, ...rules] };
  },
  dispose: disposeYosys,
};

function keptProblem({ file }: DesignRequest): DesignProblem {
  return {
    code: "RP5027",
    severity: "information",
    message:
      "The design is large and was mapped module by module: nothing is optimised across modules, so that LUTs and flip-flops may be fewer " +
      "by a third and the clock faster by a quarter, as the intervals say. `ridgepoint.design.hierarchy` and `--hierarchy` have `flatten`, which takes longer.",
    place: sourceFile(file),
  };
}

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
  const known = texts.flatMap((text) => [...modulesIn(text), ...entitiesIn(text)]);
  if (known.includes(wanted)) return undefined;
  return {
    code: "RP5026",
    severity: "error",
    message: `Module \`${wanted}\` is not in these sources; there are ${known.slice(0, 12).join(", ")}.`,
    place,
  };
}
