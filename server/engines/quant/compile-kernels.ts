import { setFlagsFromString } from "node:v8";
import { kernelModule } from "../../core/quant/kernels/error-kernels.js";
import type { Grid } from "../../core/quant/formats/grid.js";
import { codebooksOf, type Kernels } from "../../core/quant/measure/kernels.js";

/** The kernels as machine code, over a memory of their own that grows when asked. Codebooks of `grids` are built in. */
export function compileKernels(grids: readonly Grid[]): Kernels {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: maximumPages });
  // The optimizing compiler at once: a kernel runs one long loop a call, in which the baseline's code is never replaced.
  setFlagsFromString("--no-liftoff");
  const module = new WebAssembly.Module(kernelModule(codebooksOf(grids)));
  setFlagsFromString("--liftoff");
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const functions = exports as Readonly<Record<string, (...parameters: number[]) => void>>;
  const named = (name: string): ((...parameters: number[]) => void) => {
    const found = functions[name];
    if (found === undefined) throw new Error(`no kernel is built for ${name}`);
    return found;
  };
  let floats = new Float32Array(memory.buffer);
  let integers = new Int32Array(memory.buffer);
  return {
    get floats() {
      return floats;
    },
    get integers() {
      return integers;
    },
    reserve(bytes) {
      const missing = bytes - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
      floats = new Float32Array(memory.buffer);
      integers = new Int32Array(memory.buffer);
    },
    clean: named("clean"),
    ranges: named("ranges"),
    multiply: named("multiply"),
    multiplyTransposed: named("multiplyTransposed"),
    error: (name) => named(name),
  };
}

const pageBytes = 65536;
/** 512 MiB. */
const maximumPages = 8192;
