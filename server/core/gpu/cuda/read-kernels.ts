import type { Outcome, Problem } from "../../base/problem.js";
import type { TextSpan } from "../../base/text-span.js";
import { fieldOf, type CppFile, type CppNode } from "../../hls/cpp-tree.js";
import type { GpuKernel, UnknownSize } from "../gpu-kernel.js";
import { asExpression, bindTemplate, parameterOf } from "./calls.js";
import { workOf, type GridMoves } from "./facts.js";
import {
  declareGlobals,
  findLaunches,
  hostMachine,
  parameterArray,
  type Launch,
} from "./launches.js";
import { Machine, newControl, Scope, standIn, type Dim3, type MachineNote } from "./machine.js";
import { pointerTo } from "./memory.js";
import { pinsFor, type Pins } from "./pins.js";
import { estimateRegisters, registerCap } from "./registers.js";
import type { Site } from "./recorder.js";
import { evaluateQuietly, execute } from "./statements.js";
import { typeOfNode } from "./types.js";
import { readUnit, type CudaFunction, type CudaUnit } from "./unit.js";
import { constant, data, known, type Value } from "./value.js";

/** A kernel of CUDA C++ with what was seen of it besides its work. */
export interface CudaKernel {
  readonly kernel: GpuKernel;
  readonly sites: readonly Site[];
  readonly notes: readonly MachineNote[];
  /** The launch that it is estimated for, where the file has one. */
  readonly launch: TextSpan | undefined;
  readonly launchCount: number;
  /** Arguments of its template, as the launch has them: `<128, 8>`. */
  readonly variant: string;
  readonly block: Dim3;
  /** Parameters that are pointers, with their declarations. */
  readonly pointers: readonly {
    readonly name: string;
    readonly span: TextSpan;
    readonly isRestrict: boolean;
    readonly isConst: boolean;
  }[];
}

/** Reads every kernel of a file. `sizes` are what the caller has given to names (`--dim`). */
export function readKernels(
  file: CppFile,
  sizes: ReadonlyMap<string, number> = new Map(),
): Outcome<readonly CudaKernel[]> {
  const unit = readUnit(file);
  const problems: Problem[] = [];
  const ownLength = file.ownLength ?? Infinity;
  const isOwn = ({ node }: CudaFunction | Launch): boolean => node.start < ownLength;
  const heads = unit.kernels.filter(isOwn).map((kernel) => headSpan(file.text, kernel));
  const filePins = pinsFor(file.text.slice(0, ownLength), undefined, heads, sizes);
  for (const { span, text } of filePins.problems) problems.push(pinProblem(span, text));
  const launches = findLaunches(unit, filePins.sizes);
  // Kernels of headers are the headers' own business, unless this file launches them.
  const kernels = unit.kernels.filter(
    (kernel) =>
      isOwn(kernel) || launches.some((launch) => isOwn(launch) && launch.kernel === kernel.name),
  );
  const found = kernels.flatMap((kernel, index) => {
    const pins = pinsFor(file.text.slice(0, ownLength), heads[index], heads, sizes);
    for (const { span, text } of pins.problems)
      if (!filePins.problems.some((other) => other.span.start === span.start))
        problems.push(pinProblem(span, text));
    const own = launches.filter((launch) => launch.kernel === kernel.name);
    const read = readKernel(unit, kernel, bestOf(own), own.length, pins);
    problems.push(...read.problems);
    return read.value ?? [];
  });
  return { value: found, problems };
}

function pinProblem(span: TextSpan, text: string): Problem {
  return {
    code: "RP5610",
    severity: "warning",
    message: `\`${text}\` is not read. A pin is \`name=number\`, as in \`// ridgepoint: n=1<<20, grid=4096, block=16x16\`.`,
    place: { kind: "text", span },
  };
}

/** From the comments above a kernel to its body. */
function headSpan(text: string, { node, body }: CudaFunction): TextSpan {
  let start = text.lastIndexOf("\n", node.start - 1) + 1;
  for (let count = 0; count < 40 && start > 0; count += 1) {
    const previous = text.lastIndexOf("\n", start - 2) + 1;
    const line = text.slice(previous, start).trim();
    if (!/^(?:\/\/|\*|\/\*|template\b|__|static\b|inline\b)/.test(line) && !/__global__/.test(line))
      break;
    start = previous;
  }
  return { start, end: body.start };
}

/** The one of which the most is known. */
function bestOf(launches: readonly Launch[]): Launch | undefined {
  const openOf = ({ grid, block, args }: Launch): number =>
    [grid.x, grid.y, grid.z, block.x, block.y, block.z, ...args].filter(
      ({ open }) => open.length > 0,
    ).length;
  return [...launches].sort((a, b) => openOf(a) - openOf(b))[0];
}

interface Prepared {
  readonly unit: CudaUnit;
  readonly kernel: CudaFunction;
  readonly launch: Launch | undefined;
  readonly pins: Pins;
  readonly block: Dim3;
  readonly extents: readonly (number | undefined)[];
}

function readKernel(
  unit: CudaUnit,
  kernel: CudaFunction,
  launch: Launch | undefined,
  launchCount: number,
  pins: Pins,
): Outcome<CudaKernel | undefined> {
  const isOwn = kernel.node.start < (unit.file.ownLength ?? Infinity);
  const called =
    launch === undefined ? undefined : { start: launch.node.start, end: launch.node.end };
  const place: TextSpan =
    isOwn || called === undefined
      ? { start: kernel.nameNode.start, end: kernel.nameNode.end }
      : called;
  const bounds = boundsOf(unit, kernel, launch, pins);
  if (bounds.open.length > 0)
    return {
      value: undefined,
      problems: [
        {
          code: "RP5601",
          severity: "information",
          message: `\`${kernel.name}\` has no estimate: nothing here says what ${listOf(bounds.open)} ${bounds.open.length === 1 ? "is" : "are"}. Launch it in this file, or pin above it: \`// ridgepoint: ${bounds.open.map((name) => `${name}=…`).join(", ")}\`.`,
          place: { kind: "text", span: place },
        },
      ],
    };
  const block = blockOf(unit, kernel, launch, pins, bounds.maxThreads);
  const extents = gridOf(launch, pins);
  const prepared: Prepared = { unit, kernel, launch, pins, block: block.dims, extents };
  const main = runBlock(prepared, [0, 0, 0], false);
  const next = [0, 1, 2].map((axis) => {
    if (extents[axis] === 1) return undefined;
    const step: [number, number, number] = [0, 0, 0];
    step[axis] = 1;
    return sitesByKey(runBlock(prepared, step, true));
  });
  const moves: GridMoves = { extents, next };
  const { sites } = main.recorder;
  const threads = block.dims.x * block.dims.y * block.dims.z;
  const dynamic = launch?.shared;
  const given = pins.sizes.get("shared");
  const dynamicBytes =
    given ??
    (dynamic === undefined || dynamic.open.length > 0 || typeof dynamic.lanes !== "number"
      ? undefined
      : dynamic.lanes);
  const isDynamicKnown = !main.hasDynamicShared || dynamicBytes !== undefined;
  const unknowns = unknownsOf(sites, extents, { isDynamicKnown, launch });
  const cap = registerCap(bounds.maxThreads, bounds.minBlocks);
  const facts: GpuKernel = {
    name: kernel.name,
    place,
    span: isOwn ? { start: kernel.node.start, end: kernel.node.end } : place,
    threadsPerBlock: threads,
    registers: estimateRegisters(
      { declared: main.mostLiveWords, pending: main.mostPendingWords },
      cap,
    ),
    ...(bounds.minBlocks === undefined ? {} : { minBlocksPerSm: bounds.minBlocks }),
    sharedBytes: isDynamicKnown ? main.sharedBytes + (dynamicBytes ?? 0) : undefined,
    axes: ["blockIdx.x", "blockIdx.y", "blockIdx.z"].map((name, axis) => ({
      name,
      extent: extents[axis],
    })),
    work: workOf(sites, moves),
    unknowns,
    assumptions: block.assumption === undefined ? [] : [block.assumption],
    ...outputsOf(sites),
  };
  return {
    value: {
      kernel: facts,
      sites,
      notes: main.notes,
      launch: called,
      launchCount,
      variant:
        launch === undefined || launch.templateArguments.length === 0
          ? ""
          : `<${launch.templateArguments.map((one) => variantText(launch, one)).join(", ")}>`,
      block: block.dims,
      pointers: isOwn ? pointersOf(unit, kernel) : [],
    },
    problems: main.isSpent
      ? [
          {
            code: "RP5602",
            severity: "warning",
            message: `\`${kernel.name}\` is too long to be gone through whole; what comes after its first part is left out of the estimate.`,
            place: { kind: "text", span: place },
          },
        ]
      : [],
  };
}

function listOf(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

function variantText(launch: Launch, node: CppNode): string {
  const { lanes } = evaluateQuietly(launch.machine, launch.scope, asExpression(node));
  return typeof lanes === "number" ? String(lanes) : launch.machine.text(node);
}

/** Binds a kernel's template as its launch does; answers the parameters that stay without a value. */
function bindArguments(
  m: Machine,
  scope: Scope,
  { template }: CudaFunction,
  launch: Launch | undefined,
  { sizes }: Pins,
): readonly string[] {
  if (template === undefined) return [];
  const { machine, scope: from } = launch ?? { machine: m, scope: m.globals };
  return bindTemplate(machine, scope, template, launch?.templateArguments ?? [], from, sizes);
}

/** What `__launch_bounds__` says, and template parameters without a value. */
function boundsOf(
  unit: CudaUnit,
  kernel: CudaFunction,
  launch: Launch | undefined,
  pins: Pins,
): {
  readonly open: readonly string[];
  readonly maxThreads: number | undefined;
  readonly minBlocks: number | undefined;
} {
  const m = hostMachine(unit, pins.sizes);
  const scope = new Scope(m.globals);
  const open = bindArguments(m, scope, kernel, launch, pins);
  const [, inside] =
    /__launch_bounds__\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)/.exec(kernel.head) ?? [];
  const [threads, blocks] = (inside ?? "").split(",").map((text) => {
    const value = m.defineValue(text.trim());
    if (value !== undefined) return value;
    const variable = scope.find(text.trim());
    const lanes = variable?.kind === "value" ? variable.value.lanes : undefined;
    return typeof lanes === "number" ? lanes : undefined;
  });
  return { open, maxThreads: threads, minBlocks: blocks };
}

/** The block of the launch or of a pin; else what `__launch_bounds__` says; else a guess, which is told. */
function blockOf(
  unit: CudaUnit,
  kernel: CudaFunction,
  launch: Launch | undefined,
  pins: Pins,
  maxThreads: number | undefined,
): { readonly dims: Dim3; readonly assumption: string | undefined } {
  const usual = (value: number | undefined): number =>
    Math.max(1, Math.min(1024, Math.round(value ?? 1)));
  if (pins.block !== undefined) {
    const [x, y, z] = pins.block;
    return { dims: { x: usual(x), y: usual(y), z: usual(z) }, assumption: undefined };
  }
  const values = launch === undefined ? [] : [launch.block.x, launch.block.y, launch.block.z];
  const isKnown =
    values.length > 0 &&
    values.every(({ open, lanes }) => open.length === 0 && typeof lanes === "number");
  if (isKnown) {
    const [x, y, z] = values.map(({ lanes }) => (typeof lanes === "number" ? lanes : 1));
    return { dims: { x: usual(x), y: usual(y), z: usual(z) }, assumption: undefined };
  }
  const body = unit.file.text.slice(kernel.body.start, kernel.body.end);
  const isFlat = !/threadIdx\.[yz]/.test(body);
  if (isFlat) {
    const x = usual(maxThreads ?? 256);
    return {
      dims: { x, y: 1, z: 1 },
      assumption: maxThreads === undefined ? `a block of ${x} threads` : undefined,
    };
  }
  const tile = /__shared__[^;]*?\[[^\]]*\]\s*\[\s*(\d+)\s*(?:\+\s*\d+\s*)?\]/.exec(body)?.[1];
  const side = tile !== undefined && [8, 16, 32].includes(Number(tile)) ? Number(tile) : 16;
  return { dims: { x: side, y: side, z: 1 }, assumption: `a block of ${side}×${side} threads` };
}

function gridOf(launch: Launch | undefined, pins: Pins): readonly (number | undefined)[] {
  if (pins.grid !== undefined) return [0, 1, 2].map((axis) => pins.grid?.[axis] ?? 1);
  if (launch === undefined) return [undefined, undefined, undefined];
  return [launch.grid.x, launch.grid.y, launch.grid.z].map(({ lanes, open }) =>
    open.length > 0 || typeof lanes !== "number" ? undefined : Math.max(1, Math.ceil(lanes)),
  );
}

/** Goes through one block: the first but one along each axis, so that guards of the border do not decide. */
function runBlock(
  { unit, kernel, launch, pins, block, extents }: Prepared,
  step: readonly [number, number, number],
  isGlance: boolean,
): Machine {
  const at = (axis: 0 | 1 | 2): number =>
    Math.min(1, Math.max(0, (extents[axis] ?? standIn) - 2)) + step[axis];
  const gridOpen =
    launch === undefined
      ? [["gridDim.x"], ["gridDim.y"], ["gridDim.z"]]
      : [launch.grid.x.open, launch.grid.y.open, launch.grid.z.open];
  const extent = (axis: 0 | 1 | 2): Value => {
    const known_ = extents[axis];
    const value =
      launch === undefined ? undefined : [launch.grid.x, launch.grid.y, launch.grid.z][axis];
    if (known_ !== undefined) return known(known_);
    return {
      ...known(typeof value?.lanes === "number" ? value.lanes : 64),
      open: gridOpen[axis] ?? [],
    };
  };
  const m = new Machine(
    unit,
    block,
    { x: at(0), y: at(1), z: at(2) },
    { x: extent(0), y: extent(1), z: extent(2) },
  );
  m.pins = pins.sizes;
  m.isGlance = isGlance;
  if (launch !== undefined && kernel.node.start >= (unit.file.ownLength ?? Infinity))
    m.where = { start: launch.node.start, end: launch.node.end };
  declareGlobals(m, unit);
  const scope = new Scope(m.globals);
  bindArguments(m, scope, kernel, launch, pins);
  kernel.parameters.forEach((parameter, index) => {
    const found = parameterOf(m, parameter);
    if (found === undefined) return;
    const value = parameterValue(m, scope, parameter, found, launch?.args[index], pins);
    scope.variables.set(found.name, { kind: "value", value, dataDepth: 0 });
  });
  const control = newControl();
  execute(m, scope, kernel.body, control);
  return m;
}

function parameterValue(
  m: Machine,
  scope: Scope,
  parameter: CppNode,
  { name, isPointer }: { readonly name: string; readonly isPointer: boolean },
  argument: Value | undefined,
  pins: Pins,
): Value {
  const typeNode = fieldOf(parameter, "type");
  const type = typeNode === undefined ? constant(0).type : typeOfNode(m, scope, typeNode);
  if (isPointer) {
    const element =
      type.base === "other" ? ({ base: "float32", bytes: 4, width: 1 } as const) : type;
    return pointerTo(parameterArray(name, element, m.text(parameter)));
  }
  const pin = pins.sizes.get(name);
  if (pin !== undefined) return known(pin, type);
  if (argument !== undefined && typeof argument.lanes === "number")
    return { ...known(argument.lanes, type), open: argument.open };
  return type.base === "int" ? { ...known(standIn, type), open: [name] } : data(type);
}

function sitesByKey(m: Machine): ReadonlyMap<string, Site> {
  return new Map(m.recorder.sites.map((site) => [site.key, site]));
}

function unknownsOf(
  sites: readonly Site[],
  extents: readonly (number | undefined)[],
  {
    isDynamicKnown,
    launch,
  }: { readonly isDynamicKnown: boolean; readonly launch: Launch | undefined },
): readonly UnknownSize[] {
  const unknowns = new Map<string, UnknownSize>();
  for (const { openTurns } of sites)
    for (const name of openTurns) unknowns.set(name, { name, role: "trip count" });
  const open =
    launch === undefined
      ? []
      : [launch.grid.x, launch.grid.y, launch.grid.z].flatMap((value) => value.open);
  if (extents.includes(undefined)) {
    const names = [...new Set(open)].filter((name) => name !== "?");
    if (names.length === 0) unknowns.set("grid", { name: "grid", role: "blocks of the launch" });
    for (const name of names) unknowns.set(name, { name, role: "blocks of the launch" });
  }
  if (!isDynamicKnown)
    unknowns.set("shared", { name: "shared", role: "bytes of dynamic shared memory" });
  return [...unknowns.values()];
}

/** Elements that a block writes to global memory. */
function outputsOf(sites: readonly Site[]): { readonly outputsPerBlock?: number } {
  let count = 0;
  for (const { what, bytes, openTurns } of sites) {
    if (what.kind !== "access" || what.array.space !== "global" || what.direction !== "write")
      continue;
    if (openTurns.length > 0) return {};
    count += bytes / what.array.element.bytes;
  }
  return count > 0 ? { outputsPerBlock: count } : {};
}

function pointersOf(unit: CudaUnit, kernel: CudaFunction): CudaKernel["pointers"] {
  const { text } = unit.file;
  return kernel.parameters.flatMap((parameter) => {
    const declared = text.slice(parameter.start, parameter.end);
    const name = /\*[\s\w]*?(\w+)\s*$/.exec(declared)?.[1];
    if (name === undefined) return [];
    return [
      {
        name,
        span: { start: parameter.start, end: parameter.end },
        isRestrict: /__restrict(?:__)?\b/.test(declared),
        isConst: /\bconst\b/.test(declared),
      },
    ];
  });
}
