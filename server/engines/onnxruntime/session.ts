import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Feed, Made, Session } from "../../core/quant/measured/session.js";

/** Bytes that a model refers to, by the path that it names. */
export interface ExternalFile {
  readonly path: string;
  readonly data: Uint8Array;
}

/** What of `onnxruntime-web` is used. */
interface Runtime {
  readonly env: {
    readonly wasm: { numThreads?: number; wasmPaths?: string };
    logLevel?: string;
  };
  readonly InferenceSession: {
    create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<RuntimeSession>;
  };
  readonly Tensor: new (type: string, data: Feed["data"], dims: readonly number[]) => RuntimeTensor;
}

interface RuntimeSession {
  run(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    fetches: readonly string[],
  ): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
}

interface RuntimeTensor {
  readonly dims: readonly number[];
  readonly data: Feed["data"] | Float64Array | BigUint64Array | readonly string[];
}

/**
 * ONNX Runtime as WebAssembly on one thread: what it runs reaches nothing outside its memory. It blocks its thread, so it
 * is for workers.
 */
export async function openSession(
  model: Uint8Array,
  externalFiles: readonly ExternalFile[],
): Promise<Session> {
  const { InferenceSession, Tensor } = load();
  const session = await InferenceSession.create(model, {
    executionProviders: ["wasm"],
    logSeverityLevel: 4,
    externalData: externalFiles,
  });
  const tensorOf = ({ elementType, shape, data }: Feed): RuntimeTensor =>
    new Tensor(elementType, data, shape);
  return {
    close: () => session.release(),
    run: async (feeds, outputs) => {
      const given = Object.fromEntries([...feeds].map(([name, feed]) => [name, tensorOf(feed)]));
      const made = await session.run(given, [...outputs]);
      return new Map(
        Object.entries(made).flatMap(([name, { dims, data }]): [string, Made][] => {
          const numbers = numbersOf(data);
          return numbers === undefined ? [] : [[name, { shape: dims, data: numbers }]];
        }),
      );
    },
  };
}

let loaded: Runtime | undefined;

function load(): Runtime {
  if (loaded !== undefined) return loaded;
  const { entry, folder } = runtimeFiles();
  const runtime = createRequire(entry)(entry) as Runtime;
  runtime.env.wasm.numThreads = 1;
  runtime.env.logLevel = "error";
  runtime.env.wasm.wasmPaths = `${pathToFileURL(folder).href}/`;
  loaded = runtime;
  return runtime;
}

/** Beside the bundle, or the package in a checkout. */
function runtimeFiles(): { readonly entry: string; readonly folder: string } {
  const here = typeof __dirname === "string" ? __dirname : process.cwd();
  const candidates = [
    { folder: path.join(here, "onnxruntime"), name: "runtime.cjs" },
    {
      folder: path.join(process.cwd(), "node_modules", "onnxruntime-web", "dist"),
      name: "ort.node.min.js",
    },
  ];
  for (const { folder, name } of candidates) {
    const entry = path.join(folder, name);
    if (existsSync(entry)) return { entry, folder };
  }
  throw new Error("ONNX Runtime is missing from the installation");
}

function numbersOf(data: RuntimeTensor["data"]): Float32Array | undefined {
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    return Float32Array.from(data, Number);
  // Half floats come as their bits.
  if (Array.isArray(data) || data instanceof Uint16Array) return undefined;
  return Float32Array.from(data as Int32Array);
}
