import { existsSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { env, InferenceSession, Tensor } from "onnxruntime-web";
import type { Feed, Made, Session } from "../../core/quant/measured/session.js";

/** Bytes that a model refers to, by the path that it names. */
export interface ExternalFile {
  readonly path: string;
  readonly data: Uint8Array;
}

/**
 * ONNX Runtime as WebAssembly on one thread: what it runs reaches nothing outside its memory. It blocks its thread, so it
 * is for workers.
 */
export async function openSession(
  model: Uint8Array,
  externalFiles: readonly ExternalFile[],
): Promise<Session> {
  env.wasm.numThreads = 1;
  env.logLevel = "error";
  env.wasm.wasmPaths = `${pathToFileURL(runtimeFolder()).href}/`;
  const session = await InferenceSession.create(model, {
    executionProviders: ["wasm"],
    logSeverityLevel: 4,
    externalData: externalFiles.map(({ path: file, data }) => ({ path: file, data })),
  });
  return {
    close: () => session.release(),
    run: async (feeds, outputs) => {
      const given = Object.fromEntries([...feeds].map(([name, feed]) => [name, tensorOf(feed)]));
      const made = await session.run(given, [...outputs]);
      return new Map(
        Object.entries(made).flatMap(([name, tensor]): [string, Made][] => {
          const numbers = numbersOf(tensor.data);
          return numbers === undefined ? [] : [[name, { shape: tensor.dims, data: numbers }]];
        }),
      );
    },
  };
}

/** Beside the bundle, or the package in a checkout. */
function runtimeFolder(): string {
  const here = typeof __dirname === "string" ? __dirname : process.cwd();
  const candidates = [
    path.join(here, "onnxruntime"),
    path.join(process.cwd(), "node_modules", "onnxruntime-web", "dist"),
  ];
  const found = candidates.find((folder) =>
    existsSync(path.join(folder, "ort-wasm-simd-threaded.wasm")),
  );
  if (found === undefined) throw new Error("ONNX Runtime is missing from the installation");
  return found;
}

function tensorOf({ elementType, shape, data }: Feed): Tensor {
  return new Tensor(elementType, data as never, shape);
}

function numbersOf(data: Tensor["data"]): Float32Array | undefined {
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    return Float32Array.from(data, Number);
  if (Array.isArray(data) || data instanceof Uint16Array) return undefined;
  return Float32Array.from(data as Int32Array);
}
