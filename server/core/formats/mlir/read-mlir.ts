import type { Problem } from "../../base/problem.js";
import type { FunctionDefinition } from "../../graph/graph.js";
import { assembleGraph } from "../../graph/assemble.js";
import type { RawGraph } from "../../graph/raw-graph.js";
import type { AssembledGraph } from "../../graph/assemble.js";
import type { ReadContext } from "../format.js";
import type { TextReading } from "../onnx-text/read-text.js";
import type { TextGraph } from "../onnx-text/syntax-context.js";
import { makeTextMap } from "../onnx-text/text-map.js";
import { type MlirFunction, type MlirModule, readModule } from "./functions.js";
import { FunctionLowering, functionDomain } from "./lower-function.js";
import { tellNoFunction, tellNoTensors } from "./no-model.js";
import { parseTopLevel } from "./operation-syntax.js";
import { newState } from "./parser-state.js";
import { type WeightArguments, weightArguments } from "./weight-arguments.js";

/** Version of ONNX's operators that operations are mapped to. */
const opsetVersion = 23;

/** Reads a module in MLIR's textual form: its main function as the graph, the others as functions that it calls. */
export function readMlir(text: string, { fileName, cancel }: ReadContext): TextReading {
  const state = newState(text, cancel);
  const operations = parseTopLevel(state);
  const { problems } = state.scanner;
  const module = readModule(operations);
  const functions = new Map<string, MlirFunction>();
  for (const definition of module.functions)
    if (!functions.has(definition.name)) functions.set(definition.name, definition);
  const main = chooseMain(module);
  if (main === undefined) {
    problems.push(tellNoFunction(operations, fileName));
    return nothing(problems);
  }
  const report = (problem: Problem): void => void problems.push(problem);
  const lowering = new FunctionLowering(module, functions, report);
  const weights = weightArguments(main, functions);
  const mainGraph = lowering.lower(main, weights.indices);
  const isEmpty = mainGraph.nodes.every(({ op, isHelper }) => op === "Identity" && isHelper);
  const noTensors = isEmpty ? tellNoTensors(main) : undefined;
  if (noTensors !== undefined) return nothing([...problems, noTensors]);
  tellWeights(main, weights, report);
  tellOthers(module, main, report);
  const bodies = lowerCalled(lowering, functions, main);
  const assembly = new Map<RawGraph, AssembledGraph>(assembleGraph(mainGraph, report));
  const indices = new Map<TextGraph, number>();
  const definitions: FunctionDefinition[] = [];
  for (const body of bodies) {
    for (const [raw, assembled] of assembleGraph(body, report)) assembly.set(raw, assembled);
    const assembled = assembly.get(body);
    if (assembled === undefined) continue;
    indices.set(body, definitions.length);
    definitions.push({
      name: body.name,
      domain: functionDomain,
      overload: "",
      attributes: [],
      defaults: new Map(),
      opsets: new Map(),
      body: assembled.graph,
    });
  }
  const graph = assembly.get(mainGraph)?.graph;
  const textFunctions = bodies.map((body) => ({ ...emptyFunction, span: body.spans.whole, body }));
  return {
    model: graph && {
      format: "mlir",
      name: module.name === "" ? fileName.replace(/\.[^.]*$/, "") : module.name,
      producer: "",
      irVersion: undefined,
      opsets: new Map([
        ["", opsetVersion],
        ["mlir", 1],
      ]),
      metadata: new Map(),
      graph,
      functions: definitions,
      ownsElementTypes: true,
    },
    problems,
    map: makeTextMap(
      {
        header: emptyFunction.header,
        headerSpan: undefined,
        graph: mainGraph,
        functions: textFunctions,
      },
      assembly,
      (body) => indices.get(body),
    ),
  };
}

/** Some 500,000 operations, which take longer to read than somebody waits. */
const editedLimit = 64 * 1024 * 1024;

/** A text that is open in an editor, where other files wait until it is read. */
export function readEditedMlir(text: string, context: ReadContext): TextReading {
  if (text.length <= editedLimit) return readMlir(text, context);
  const problem: Problem = {
    code: "RP1080",
    severity: "error",
    message: `\`${context.fileName}\` has more than ${editedLimit >> 20} MiB of text, which is not analysed in the editor; \`ridgepoint analyze ${context.fileName}\` reads it, and passes over weights that are printed in hexadecimal.`,
    place: { kind: "text", span: { start: 0, end: 0 } },
  };
  return nothing([problem]);
}

function nothing(problems: readonly Problem[]): TextReading {
  return { model: undefined, problems, map: { header: undefined, graphs: [] } };
}

const emptyFunction = {
  header: { irVersion: undefined, opsets: new Map(), texts: new Map(), metadata: new Map() },
  attributes: [],
  defaults: new Map(),
} as const;

/** `@main`, as JAX and torch-xla call it, or `@forward`; else the first public function with a body, else the longest. */
export function chooseMain({ functions }: MlirModule): MlirFunction | undefined {
  const whole = functions.filter(({ operation }) => operation.regions.length > 0);
  for (const name of ["main", "forward", "main_graph"]) {
    const found = whole.find((candidate) => candidate.name === name && !candidate.isPrivate);
    if (found !== undefined) return found;
  }
  const open = whole.filter(({ isPrivate }) => !isPrivate);
  return longest(open.length > 0 ? open : whole);
}

function longest(functions: readonly MlirFunction[]): MlirFunction | undefined {
  let found: MlirFunction | undefined;
  for (const candidate of functions)
    if (found === undefined || lengthOf(found) < lengthOf(candidate)) found = candidate;
  return found;
}

function lengthOf({ operation }: MlirFunction): number {
  return operation.regions[0]?.blocks[0]?.operations.length ?? 0;
}

/** Functions that the main one calls, and those that these call. */
function lowerCalled(
  lowering: FunctionLowering,
  functions: ReadonlyMap<string, MlirFunction>,
  main: MlirFunction,
): readonly TextGraph[] {
  const bodies: TextGraph[] = [];
  // The set grows while it is walked.
  for (const name of lowering.called) {
    const definition = functions.get(name);
    if (definition !== undefined && definition !== main)
      bodies.push(lowering.lower(definition, new Set()));
  }
  return bodies.sort((a, b) => a.spans.whole.start - b.spans.whole.start);
}

function tellWeights(
  main: MlirFunction,
  { indices, isGuess }: WeightArguments,
  report: (problem: Problem) => void,
): void {
  const [first] = indices;
  if (first === undefined) return;
  const names = [...indices].map((index) => `\`%${main.arguments[index]?.name ?? ""}\``);
  const one = names.length === 1;
  const listed = names.slice(0, namesTold).join(", ");
  const rest = names.length > namesTold ? ` and ${names.length - namesTold} more` : "";
  const why = isGuess
    ? `, a guess: ${one ? "it is" : "they are"} read as filters, right operands of products, tables or numbers per channel alone. Mark one that is data with \`{ttcore.argument_type = #ttcore.argument_type<input>}\`, weights with \`<parameter>\`, and the marks hold instead`
    : `, as the exporter marks ${one ? "it" : "them"}`;
  report({
    code: "RP1084",
    severity: "information",
    message: `${names.length} argument${one ? "" : "s"} (${listed}${rest}) ${one ? "counts as a parameter and not as an input" : "count as parameters and not as inputs"}${why}.`,
    place: { kind: "text", span: main.arguments[first]?.span ?? main.operation.nameSpan },
  });
}

/** Arguments that a message names. */
const namesTold = 4;

function tellOthers(
  { functions }: MlirModule,
  main: MlirFunction,
  report: (problem: Problem) => void,
): void {
  const others = functions.filter(
    (candidate) =>
      candidate !== main && !candidate.isPrivate && candidate.operation.regions.length > 0,
  );
  const [first] = others;
  if (first === undefined) return;
  report({
    code: "RP1085",
    severity: "information",
    message: `\`@${main.name}\` is analysed; ${others.length} other public function${others.length === 1 ? " is" : "s are"} counted only where ${others.length === 1 ? "it is" : "they are"} called.`,
    place: { kind: "text", span: first.operation.nameSpan },
  });
}
