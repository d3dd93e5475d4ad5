import { readFileSync } from "node:fs";
import path from "node:path";
import type { SourceRange } from "../../../core/base/text-span.js";
import type { DesignProblem } from "../../../core/design/design.js";
import { isVhdl } from "../../../core/design/file-kinds.js";
import { libertyUse } from "../../../core/design/rtl/standard-cells.js";
import type { ChosenPart } from "../../../core/design/part.js";
import { cellUse } from "../../../core/design/rtl/cell-use.js";
import { hierarchyOf } from "../../../core/design/rtl/hierarchy.js";
import { type Netlist, readNetlists } from "../../../core/design/rtl/netlist.js";
import type { Synthesis } from "../../../core/design/rtl/rtl-design.js";
import { sourceFile } from "../../../core/design/places.js";
import { type YosysEngine, type YosysLimits, YosysStopped } from "../../../engines/yosys/engine.js";
import type { YosysResult } from "../../../engines/yosys/wire.js";
import type { DesignContext, DesignRequest } from "../design-request.js";
import { endlessMacro } from "./endless-macro.js";
import { type Flow, flowOf } from "./flow.js";
import { type Front, verilogFront } from "./front.js";
import { amdCells, primitivesOf, sharedLibraries } from "./library.js";
import { heaviestPlace } from "./heaviest-place.js";
import { readMessages, readResizedPorts } from "./messages.js";
import { endlessLoop, firstLoop, recursiveInstance } from "./recursion.js";
import { fillsWordByWord, readBySlang, type SlangReading, type SlangSubject } from "./slang.js";
import type { Sources } from "./sources.js";

export interface SynthesisOutcome {
  readonly elaborated: Elaboration | undefined;
  readonly synthesis: Synthesis | undefined;
  /** How the design was read. */
  readonly front: Front;
  readonly problems: readonly DesignProblem[];
}

export interface Elaboration {
  readonly top: string;
  readonly netlist: Netlist;
}

export interface SynthesisTools {
  readonly engine: YosysEngine;
  /** Yosys' libraries as files. */
  readonly shareFolder: string;
  readonly version: string;
  /** Reads SystemVerilog as a whole, and does nothing else. */
  readonly reader: YosysEngine;
  readonly readerVersion: string;
}

/** Bits of cells, counted in all instances, up to which a design is flattened, as vendors' tools do by default. */
const flatBits = 40_000;
/** Whatever fits such a part is flattened in time, and mapped module by module it would be far off. */
const flatBitsOfSmall = 200_000;

/**
 * Two runs: one reads and elaborates, the other maps what came of it. In between it is decided whether the design is small enough to
 * be flattened; a large one is mapped module by module, each once however often it occurs.
 */
export async function synthesise(
  tools: SynthesisTools,
  request: DesignRequest,
  sources: Sources,
  choice: { readonly part: ChosenPart; readonly top: string },
  context: DesignContext,
): Promise<SynthesisOutcome> {
  const begin = Date.now();
  const left = (): number => Math.max(1, request.seconds - (Date.now() - begin) / 1000);
  const problems: DesignProblem[] = [];
  const run = async (
    files: Readonly<Record<string, string>>,
    script: readonly string[],
    most = Infinity,
  ): Promise<YosysResult | undefined> => {
    try {
      const result = await tools.engine.run(
        { files, script: script.join("\n") },
        { seconds: Math.min(most, left()), signal: context.signal },
      );
      const { names, originals } = sources;
      problems.push(...readMessages(result.messages, names, request.file, originals));
      if (!result.isDone) problems.push(...stopProblems(result, request, sources, problems));
      return result;
    } catch (error) {
      if (!(error instanceof YosysStopped) || error.reason === "aborted") throw error;
      problems.push(lostProblem(error, request, sources));
      return undefined;
    }
  };
  let front = verilogFront(sources, choice.top, request.parameters);
  const refused = endlessText(sources);
  if (refused !== undefined)
    return { elaborated: undefined, synthesis: undefined, front, problems: [refused] };
  context.progress(`elaborating ${choice.top}`);
  const libraryFiles = ({ needsAmdCells }: Flow): Readonly<Record<string, string>> =>
    needsAmdCells ? { "amd-cells.v": amdCells(tools.shareFolder, Object.values(front.files)) } : {};
  const elaborate = (flow?: Flow): Promise<YosysResult | undefined> =>
    run(
      { ...front.files, ...(flow && libraryFiles(flow)) },
      [
        ...front.read,
        ...(flow?.libraries ?? []),
        ...front.choose,
        "proc",
        "opt_expr",
        "opt_clean",
        "write_json -selected",
      ],
      elaborationSeconds(request),
    );
  const family = { ...choice.part.family, id: familyOf(choice.part) };
  /** Of an array of a part's own cells the engine has to know the ports; reading them takes a while. */
  const elaborateWithCells = async (): Promise<YosysResult | undefined> => {
    const told = problems.length;
    const result = await elaborate();
    if (result?.isDone !== false || !/Array cell `.*' of unknown type/.test(result.messages))
      return result;
    problems.length = told;
    return elaborate(flowOf(family, choice.top, true));
  };
  const isVerilog = !isVhdl(request.file);
  const isSlangs =
    isVerilog &&
    (readBySlangBefore.has(request.file) || fillsWordByWord(sources.originals.values()));
  let result = isSlangs ? undefined : await elaborateWithCells();
  if (result?.isDone !== true && isVerilog) {
    const complaints = problems.splice(0);
    const libraries = (): {
      readonly files: Readonly<Record<string, string>>;
      readonly commands: readonly string[];
    } => {
      const flow = flowOf(family, choice.top, true);
      return sharedLibraries(tools.shareFolder, flow.libraries, libraryFiles(flow));
    };
    const reading = await bySlang(
      tools,
      request,
      sources,
      { top: choice.top, libraries },
      {
        seconds: Math.min(elaborationSeconds(request), left()),
        signal: context.signal,
      },
    );
    if (reading.front === undefined) {
      readBySlangBefore.delete(request.file);
      if (complaints.length > 0) problems.push(...better(complaints, reading.problems));
      else result = await elaborateWithCells();
    } else {
      readBySlangBefore.add(request.file);
      ({ front } = reading);
      result = await elaborateWithCells();
    }
  }
  const [elaborated] = result?.isDone === true ? readNetlists(result.output) : [];
  const top = elaborated && topOf(elaborated, choice.top);
  if (elaborated === undefined || top === undefined || result === undefined)
    return { elaborated: undefined, synthesis: undefined, front, problems };
  const elaboration = { top, netlist: elaborated };
  const isFlat =
    request.hierarchy === undefined
      ? bitsOf(elaborated, top) <= (family.id.startsWith("ice40") ? flatBitsOfSmall : flatBits)
      : request.hierarchy === "flatten";
  const flow = flowOf(family, `\\${top}`.replace(/^\\\$/, "$"), isFlat);
  const cellFiles = Object.fromEntries(
    (flow.cellFiles ?? []).map((name) => [
      name,
      readFileSync(path.join(context.dataFolder, "cells", name), "utf8"),
    ]),
  );
  const liberty = cellFiles["ridgepoint.lib"];
  context.progress(`mapping ${choice.top} to ${choice.part.part?.id ?? choice.part.family.name}`);
  const mapped = await run(
    { ...front.files, ...libraryFiles(flow), ...cellFiles },
    mapCommands(front, flow, isFlat),
  );
  if (mapped?.isDone !== true)
    return { elaborated: elaboration, synthesis: undefined, front, problems };
  const [gates, cells] = readNetlists(mapped.output);
  if (gates === undefined || cells === undefined)
    return { elaborated: elaboration, synthesis: undefined, front, problems };
  const synthesis: Synthesis = {
    top,
    elaborated,
    gates,
    cells,
    isFlat,
    resizedPorts: readResizedPorts(result.messages),
    primitives: primitivesOf(tools.shareFolder, flow),
    files: sources.names,
    texts: sources.originals,
    tool: `Yosys ${tools.version}, ${flow.title}${isFlat ? "" : ", hierarchy kept"}${front.tool === undefined ? "" : `; ${front.tool}`}`,
    use: liberty === undefined ? cellUse : libertyUse(liberty),
  };
  return { elaborated: elaboration, synthesis, front, problems };
}

/** Files of which Yosys' own reader did not know the language when they were last read. */
const readBySlangBefore = new Set<string>();

/** In a process that ends with it: both at once would take more memory than is promised. */
async function bySlang(
  { engine, reader, readerVersion }: SynthesisTools,
  request: DesignRequest,
  sources: Sources,
  subject: Pick<SlangSubject, "top" | "libraries">,
  limits: YosysLimits,
): Promise<SlangReading> {
  engine.dispose();
  try {
    const { parameters } = request;
    return await readBySlang(
      (files, script) => reader.run({ files, script: script.join("\n") }, limits),
      sources,
      { ...subject, parameters, version: readerVersion },
    );
  } catch (error) {
    if (!(error instanceof YosysStopped) || error.reason === "aborted") throw error;
    return { front: undefined, problems: [] };
  } finally {
    reader.dispose();
  }
}

/**
 * Of a source that neither can read: slang's complaints, for it knows the language; where both stop at one line it is plainly wrong, and
 * the engine's own words are those that people know.
 */
function better(
  engine: readonly DesignProblem[],
  slang: readonly DesignProblem[],
): readonly DesignProblem[] {
  const lineOf = ({ place }: DesignProblem): string =>
    place?.kind === "source" ? `${place.file}:${place.line}` : "";
  const lines = new Set(engine.filter(({ severity }) => severity === "error").map(lineOf));
  return slang.length === 0 || slang.some((problem) => lines.has(lineOf(problem))) ? engine : slang;
}

/** What is known not to end before it is tried. */
function endlessText({ originals }: Sources): DesignProblem | undefined {
  const tell = (message: string, place: SourceRange): DesignProblem => ({
    code: "RP5024",
    severity: "error",
    message,
    place: { kind: "source", ...place },
  });
  const macro = endlessMacro(originals);
  if (macro !== undefined) return tell(macro.message, macro.place);
  for (const [file, text] of originals) {
    const loop = endlessLoop(file, text);
    if (loop !== undefined)
      return tell("This loop never ends: its step leaves the variable as it is.", loop);
  }
  return undefined;
}

/** Elaboration takes a second or two; what takes many does not end. */
function elaborationSeconds({ seconds }: DesignRequest): number {
  return Math.min(60, Math.max(5, seconds / 3));
}

function familyOf({ family, part }: ChosenPart): string {
  return family.id === "ice40" && part?.id.startsWith("ice40up") === true ? "ice40-up" : family.id;
}

function mapCommands(front: Front, flow: Flow, isFlat: boolean): readonly string[] {
  return [
    ...front.read,
    ...flow.libraries,
    ...front.choose,
    ...(isFlat ? ["proc", "flatten"] : ["proc"]),
    ...flow.toGates,
    "write_json -selected",
    ...flow.toCells,
    "write_json -selected",
  ];
}

/** The top by the name that it has after its parameters were set. */
function topOf({ modules }: Netlist, top: string): string | undefined {
  for (const [name, { attributes }] of modules) if (attributes["top"] !== undefined) return name;
  return modules.has(top) ? top : undefined;
}

function bitsOf(netlist: Netlist, top: string): number {
  const { counts } = hierarchyOf(netlist, top);
  let bits = 0;
  for (const [name, times] of counts) {
    let own = 0;
    for (const { type, connections } of netlist.modules.get(name)?.cells ?? []) {
      const width = (connections["Y"] ?? connections["Q"])?.length ?? 1;
      own += /^\$(?:mul|div|mod|pow)/.test(type) ? width * 8 : width;
    }
    bits += own * times;
  }
  return bits;
}

function stopProblems(
  { messages }: YosysResult,
  request: DesignRequest,
  sources: Sources,
  told: readonly DesignProblem[],
): readonly DesignProblem[] {
  if (told.some(({ severity }) => severity === "error")) return [];
  const isMemory = /memory|bad_alloc|abort|RuntimeError|out of bounds|unreachable|call stack/i.test(
    messages,
  );
  return [
    endless(
      request,
      sources,
      isMemory ? "The synthesis ran out of memory" : "The synthesis stopped",
    ),
  ];
}

function lostProblem(error: YosysStopped, request: DesignRequest, sources: Sources): DesignProblem {
  const what =
    error.reason === "time"
      ? `The synthesis took ${error.message} and was stopped; \`ridgepoint.design.seconds\` gives it longer`
      : `The synthesis ended unexpectedly (${error.message})`;
  return endless(request, sources, what);
}

/** What most likely never ends, by its place. */
function endless(
  request: DesignRequest,
  { originals, includeRing }: Sources,
  what: string,
): DesignProblem {
  const recursion = recursiveInstance(originals);
  const heavy = heaviestPlace(request.file, request.text);
  const loop = includeRing ?? recursion ?? heavy?.place ?? firstLoop(request.file, request.text);
  const why =
    includeRing !== undefined
      ? "This file is included in itself, and nothing ends it: put its text between `` `ifndef `` and `` `endif ``."
      : recursion !== undefined
        ? "This instance is a module in itself, and nothing ends it."
        : heavy !== undefined
          ? heavy.why
          : loop !== undefined
            ? "This loop may be why, since each of its turns is read on its own: many turns take long, and one whose condition stays true never ends. Or the design is large for the time, or the machine busy."
            : "The design may be too large for it, or the machine busy.";
  return {
    code: "RP5024",
    severity: "error",
    message: `${what}. ${why}`,
    place: loop === undefined ? sourceFile(request.file) : { kind: "source", ...loop },
  };
}
