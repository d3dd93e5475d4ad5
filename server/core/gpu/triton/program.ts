import { assumedSize } from "./read/assumed-sizes.js";
import { type HostValue, numberOf } from "./read/host-value.js";
import { type Binding, type KernelBindings, bindParameters, usesDot } from "./read/bindings.js";
import type { TritonConfig } from "./read/host-value.js";
import type { KernelSource, TritonFile } from "./read/triton-file.js";
import { type GridAxes, gridAxes } from "./grid-axes.js";
import { fromHost } from "./interpret/from-host.js";
import { Interpreter } from "./interpret/interpreter.js";
import type { ProgramContext } from "./interpret/program-context.js";
import type { TileOp, UnknownCall } from "./interpret/ops.js";
import { type Value, scalar, tile } from "./interpret/value.js";

/** What a kernel does in one configuration: the mean over the programs of its grid. */
export interface TileProgram {
  readonly source: KernelSource;
  readonly config: TritonConfig | undefined;
  readonly bindings: KernelBindings;
  /** Types that arrays are taken to have, with who says so. */
  readonly arrays: ReadonlyMap<string, { readonly type: string; readonly isSaid: boolean }>;
  readonly warps: number;
  readonly stages: number;
  readonly mostRegisters: number | undefined;
  readonly ops: readonly TileOp[];
  readonly grid: GridAxes;
  readonly unknownCalls: readonly UnknownCall[];
}

/** Triton's defaults on NVIDIA's devices (`CUDAOptions` in third_party/nvidia/backend/compiler.py). */
const defaultWarps = 4;
const defaultStages = 3;
/** Where in the grid the programs stand whose mean is taken, if their loops differ. */
const samples = [1 / 8, 3 / 8, 5 / 8, 7 / 8];

export function programOf(
  file: TritonFile,
  source: KernelSource,
  config: TritonConfig | undefined,
  smCount?: number,
): TileProgram {
  const bindings = bindParameters(file, source, config, smCount);
  const hasDot = usesDot(source.function, file.functions);
  const assumedInside = new Map<string, number>();
  const assume = (name: string): number | undefined => {
    const size = numberOf(assumedSize(name, hasDot));
    if (size !== undefined) assumedInside.set(name, size);
    return size;
  };
  const arrays = arrayTypes(bindings, hasDot);
  const parameters = new Map(
    bindings.parameters.map((binding) => [
      binding.name,
      parameterValue(binding, arrays.get(binding.name)?.type ?? "float32"),
    ]),
  );
  const counts = [0, 1, 2].map((axis) =>
    bindings.grid === undefined ? undefined : axis < bindings.grid.length ? bindings.grid[axis] : 1,
  );
  const runAt = (
    place: (count: number, axis: number) => number,
    until?: ReadonlySet<string>,
  ): Interpreter => {
    const programs = counts.map((count, axis) => ({
      id: count === undefined ? undefined : place(count, axis),
      count,
    }));
    const context: ProgramContext = {
      functions: file.functions,
      lookup: file.lookup,
      programs,
      assume,
      ...(until !== undefined && { until }),
    };
    const interpreter = new Interpreter(context);
    interpreter.run(source.function, parameters);
    return interpreter;
  };
  const part = (share: number) => (count: number) => Math.min(count - 1, Math.floor(share * count));
  const middle = runAt(part(0.5));
  const runs =
    middle.hasUnevenLoops && bindings.grid !== undefined
      ? samples.map((share) => runAt(part(share)))
      : [middle];
  const ops = runs.flatMap(({ recorder }) =>
    recorder.ops.map((op) => ({ ...op, weight: op.weight / runs.length })),
  );
  const grid = gridAxes(
    ops,
    counts.slice(0, Math.max(1, bindings.grid?.length ?? 1)),
    middle.splits,
    {
      splitsAt: (axis, id, names) =>
        runAt((count, at) => (at === axis ? Math.min(id, count - 1) : 0), names).splits,
    },
  );
  return {
    source,
    config,
    bindings: {
      ...bindings,
      assumed: [
        ...bindings.assumed,
        ...[...assumedInside].map(([name, value]) => ({
          name,
          value: { kind: "number", value } as const,
        })),
      ],
    },
    arrays,
    warps: config?.warps ?? bindings.options.get("num_warps") ?? defaultWarps,
    stages: config?.stages ?? bindings.options.get("num_stages") ?? defaultStages,
    mostRegisters: config?.mostRegisters ?? bindings.options.get("maxnreg"),
    ops,
    grid,
    unknownCalls: middle.recorder.unknownCalls,
  };
}

const indexNames =
  /idx|indices|index|ids?(?:_|$)|seq_?lens?|table|offsets?|labels?|target|cu_seq|lens(?:_|$)/i;

function arrayTypes({ parameters }: KernelBindings, hasDot: boolean): TileProgram["arrays"] {
  const common = hasDot ? "float16" : "float32";
  return new Map(
    parameters
      .filter(({ isPointer }) => isPointer)
      .map(({ name, value }) => {
        const said = typeOf(value);
        const assumed = indexNames.test(name) ? "int32" : common;
        return [name, { type: said ?? assumed, isSaid: said !== undefined }];
      }),
  );
}

function typeOf(value: HostValue): string | undefined {
  return value.kind === "type" || value.kind === "tensor" ? value.type : undefined;
}

const floatNames =
  /eps|scale|alpha|beta|^p$|prob|momentum|(?:^|_)lr|gamma|softcap|temperature|decay/i;

function parameterValue({ name, value, isPointer, from }: Binding, type: string): Value {
  if (isPointer) {
    if (value.kind === "none") return { kind: "host", value };
    return tile({ type, isPointer: true, array: name });
  }
  if (value.kind === "number") {
    const isFloat = value.isFloat === true || floatNames.test(name);
    return scalar(
      value.value,
      isFloat ? "float32" : "int32",
      from === "configuration" ? undefined : name,
    );
  }
  if (value.kind !== "unknown") return fromHost(value);
  return scalar(undefined, floatNames.test(name) ? "float32" : "int32", name);
}
