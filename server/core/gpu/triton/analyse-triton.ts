import type { Cancel } from "../../base/cancel.js";
import { throwIfCancelled } from "../../base/cancel.js";
import { estimateKernel } from "../estimate.js";
import type { GpuDevice } from "../gpu-device.js";
import {
  type ConfigEstimate,
  type KernelConfig,
  type KernelFile,
  type KernelOnDevice,
  type KernelProblem,
  type KernelResult,
  fastestOf,
} from "../kernel-file.js";
import { type TileProgram, programOf } from "./program.js";
import { type HostValue, type TritonConfig } from "./read/host-value.js";
import type { KernelPin } from "./read/pins.js";
import { type KernelSource, type TritonFile, readTritonFile } from "./read/triton-file.js";
import { checkKernel } from "./rules/check-kernel.js";
import type { CheckedKernel } from "./rules/rule.js";
import { type LoweredProgram, toGpuKernel } from "./to-gpu-kernel.js";

/** More than people write out; generated lists have thousands. */
const mostConfigs = 64;
const mostKernels = 60;

/** All kernels of a Python file with all their configurations on all devices. `sizes` says what no pin in the text does. */
export function analyseTriton(
  text: string,
  devices: readonly GpuDevice[],
  cancel: Cancel,
  sizes: ReadonlyMap<string, number> = new Map(),
): KernelFile {
  const file = readTritonFile(text);
  const problems: KernelProblem[] = [];
  const kernels = file.kernels.slice(0, mostKernels).map((written): KernelResult => {
    const source = withSizes(written, sizes);
    const checked = analyseKernel(file, source, devices, cancel);
    problems.push(...checkKernel(file, checked));
    return checked.result;
  });
  if (file.kernels.length > mostKernels) {
    const { nameSpan: span } = file.kernels[mostKernels]?.function ?? {
      nameSpan: { start: 0, end: 0 },
    };
    const message = `The file has ${file.kernels.length} kernels; the first ${mostKernels} are estimated.`;
    problems.push({
      code: "RP5646",
      severity: "information",
      message,
      place: { kind: "text", span },
    });
  }
  return { language: "triton", kernels, problems };
}

function withSizes(source: KernelSource, sizes: ReadonlyMap<string, number>): KernelSource {
  if (sizes.size === 0) return source;
  const pinned = new Set(source.pins.pins.map(({ name }) => name));
  const more = [...sizes].flatMap(([name, value]): KernelPin[] =>
    pinned.has(name)
      ? []
      : [
          {
            name,
            value: { kind: "number", value },
            span: source.function.nameSpan,
            isFromText: false,
          },
        ],
  );
  return { ...source, pins: { ...source.pins, pins: [...source.pins.pins, ...more] } };
}

function analyseKernel(
  file: TritonFile,
  source: KernelSource,
  devices: readonly GpuDevice[],
  cancel: Cancel,
): CheckedKernel {
  const configs: readonly (TritonConfig | undefined)[] =
    source.configs.length > 0 ? source.configs.slice(0, mostConfigs) : [undefined];
  const countsSms = /multi_processor_count|NUM_SM/.test(file.python.text);
  const programs = new Map<string, TileProgram>();
  const lowered = new Map<string, LoweredProgram>();
  const programAt = (index: number, device: GpuDevice): TileProgram => {
    const key = `${index} ${countsSms ? device.smCount : ""}`;
    const known = programs.get(key);
    if (known !== undefined) return known;
    throwIfCancelled(cancel);
    const program = programOf(file, source, configs[index], countsSms ? device.smCount : undefined);
    programs.set(key, program);
    return program;
  };
  const onDevices = devices.map((device): KernelOnDevice => {
    const estimates = configs.map((_, index): ConfigEstimate => {
      const program = programAt(index, device);
      const low = toGpuKernel(program, device);
      lowered.set(`${device.chip.id} ${index}`, low);
      return {
        estimate: estimateKernel(low.kernel, device),
        neededRegisters: low.registers.needed.value,
        sharedParts: low.shared.parts.map(
          ({ array, bytes, copies, tileBytes }) =>
            `${array === "" ? "registers turned round" : array}: ${copies > 1 ? `${copies} × ${tileBytes.toLocaleString("en-US")} B` : `${bytes.toLocaleString("en-US")} B`}`,
        ),
      };
    });
    return { device, estimates, best: fastestOf(estimates) };
  });
  const [first] = devices;
  const program = first === undefined ? programOf(file, source, configs[0]) : programAt(0, first);
  const { function: target } = source;
  return {
    source,
    programs: configs.map((_, index) => (first === undefined ? program : programAt(index, first))),
    lowered: (device, index) => lowered.get(`${device.chip.id} ${index}`),
    result: {
      name: target.name,
      variant: "",
      place: target.nameSpan,
      span: { start: target.start, end: target.end },
      launch: undefined,
      launchCount: source.launches.length,
      parameters: parametersOf(program),
      configs: configs.map((config, index): KernelConfig => ({
        span: config?.span,
        text: config === undefined ? "" : configText(config, programs, index, program),
      })),
      devices: onDevices,
    },
  };
}

function parametersOf({ bindings, arrays }: TileProgram): KernelResult["parameters"] {
  const own = bindings.parameters.flatMap(({ name, value, from, isPointer }) => {
    if (from === "configuration") return [];
    const array = arrays.get(name);
    if (isPointer && array !== undefined) {
      const shape = value.kind === "tensor" ? (value.shape ?? []) : [];
      const extents = shape.length > 0 ? `[${shape.map((one) => one ?? "?").join(",")}]` : "";
      return [
        {
          name,
          text: `${array.type}${extents}`,
          from: array.isSaid ? sourceOfArray(from) : "assumed",
        },
      ];
    }
    return [{ name, text: valueText(value), from }];
  });
  const inside = bindings.assumed
    .filter(({ name }) => !bindings.parameters.some((one) => one.name === name))
    .map(({ name, value }) => ({ name, text: valueText(value), from: "assumed" }));
  return [...own, ...inside];
}

function sourceOfArray(from: string): string {
  return from === "unknown" ? "assumed" : from;
}

export function valueText(value: HostValue): string {
  switch (value.kind) {
    case "number":
      return String(value.value);
    case "boolean":
      return value.value ? "True" : "False";
    case "text":
      return JSON.stringify(value.value);
    case "none":
      return "None";
    case "type":
      return value.type;
    case "sm-count":
      return "number of SMs";
    case "list":
      return `[${value.items.map(valueText).join(", ")}]`;
    case "tensor":
      return `${value.type ?? "?"}[${(value.shape ?? []).map((one) => one ?? "?").join(",")}]`;
    case "dict":
    case "function":
    case "lambda":
    case "config":
    case "unknown":
      return "?";
  }
}

function configText(
  config: TritonConfig,
  programs: ReadonlyMap<string, TileProgram>,
  index: number,
  first: TileProgram,
): string {
  const program = [...programs].find(([key]) => key.startsWith(`${index} `))?.[1] ?? first;
  const values = [...config.values].map(([name, value]) => `${name}=${valueText(value)}`);
  return [...values, `num_warps=${program.warps}`, `num_stages=${program.stages}`].join(", ");
}
