import { analyseKernels } from "../../../server/core/gpu/cuda/analyse-kernels.js";
import { prepareCuda } from "../../../server/core/gpu/cuda/prepare.js";
import { readKernels, type CudaKernel } from "../../../server/core/gpu/cuda/read-kernels.js";
import type { KernelFile } from "../../../server/core/gpu/kernel-file.js";
import type { CppFile } from "../../../server/core/hls/cpp-tree.js";
import { openCppParser } from "../../../server/engines/cpp/parser.js";
import { device } from "./fixtures.js";

const parser = await openCppParser({
  runtime: "node_modules/web-tree-sitter/web-tree-sitter.wasm",
  grammar: "node_modules/tree-sitter-cpp/tree-sitter-cpp.wasm",
});

export function cudaFile(text: string): CppFile {
  const prepared = prepareCuda(text);
  return { ...parser.parse(prepared.text), text: text + prepared.macros, ownLength: text.length };
}

export function kernelsOf(
  text: string,
  sizes: Readonly<Record<string, number>> = {},
): readonly CudaKernel[] {
  return readKernels(cudaFile(text), new Map(Object.entries(sizes))).value;
}

export function sheetOf(
  text: string,
  sizes: Readonly<Record<string, number>> = {},
  devices = ["nvidia-rtx-a6000"],
): KernelFile {
  return analyseKernels(cudaFile(text), devices.map(device), new Map(Object.entries(sizes)));
}

/** `12: read A 4 sectors ×512`: what each line does, in one block. */
export function worksOf(
  text: string,
  sizes: Readonly<Record<string, number>> = {},
): readonly string[] {
  const [read] = kernelsOf(text, sizes);
  return (read?.kernel.work ?? []).flatMap((work): readonly string[] => {
    const line = text.slice(0, work.place.start).split("\n").length;
    const round = (value: number): number => Math.round(value * 100) / 100;
    const turns = work.unknownTurns.map((name) => ` × ${name}`).join("");
    const count = `×${round(work.executions)}${turns}`;
    switch (work.kind) {
      case "global":
        return [
          `${line}: ${work.direction} ${work.array} ${work.sectors === undefined ? "?" : round(work.sectors)} sectors ${count}`,
        ];
      case "shared":
        return [
          `${line}: ${work.direction} shared ${work.array} ${round(work.ways ?? 0)}-way ${count}`,
        ];
      case "arithmetic":
        return work.executions === 0 || work.flops === 0
          ? []
          : [`${line}: ${work.pipe} ${work.flops} FLOP ${count}`];
      case "tensor":
        return [`${line}: tensor ${work.shape} ${work.type} ${count}`];
      case "atomic":
        return [
          `${line}: atomic ${work.space} ${work.array} ${work.addresses === undefined ? "?" : round(work.addresses)} addresses ${count}`,
        ];
      case "barrier":
        return [`${line}: barrier ${count}`];
    }
  });
}
