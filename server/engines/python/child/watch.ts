import { existsSync, writeSync } from "node:fs";
import type { FrameMessage, StopReason } from "../wire.js";
import type { Import } from "./gate.js";
import type { WasmExports } from "./python.js";
import { Stopped, framesOf } from "./stopped.js";

/**
 * Watches over a job from inside Python's imports: the clock, the heap, what is printed, and the file by which the host
 * asks to stop. When a limit is passed it takes down where Python stands and leaves by an exception of JavaScript's,
 * which unwinds all of Python at once; the caller then restores Python's memory.
 */
export interface Watch {
  readonly replacements: Readonly<Record<string, (original: Import, values: unknown[]) => unknown>>;
  readonly hasStopped: boolean;
  attach(wasm: WasmExports): void;
  begin(limits: WatchLimits): void;
  end(): void;
  stop(reason: StopReason, detail: string): never;
  /** Where Python stands, as far as it can still say. */
  whereAbouts(): readonly FrameMessage[];
  /** Python is about to run this line: the host is told at once, for there may be no later. */
  notePlace(bytes: Uint8Array): void;
  print(line: string): void;
  putByte(byte: number): void;
  takeOutput(): string;
}

export interface WatchLimits {
  readonly seconds: number;
  readonly outputBytes: number;
  readonly isWatched: boolean;
}

export function makeWatch(memoryBytes: number, stopFile: string): Watch {
  let wasm: WasmExports | undefined;
  let deadline = Infinity;
  let nextLook = Infinity;
  let outputBytes = Infinity;
  let printedBytes = 0;
  let hasStopped = false;
  let isDumping = false;
  let isWatched = false;
  let random = 0x9e3779b9;
  let printed: number[] = [];
  let dumped: number[] = [];

  const stop = (reason: StopReason, detail: string): never => {
    const frames = hasStopped ? [] : whereAbouts();
    hasStopped = true;
    throw new Stopped(reason, detail, frames);
  };
  const whereAbouts = (): readonly FrameMessage[] => {
    isDumping = true;
    dumped = [];
    try {
      wasm?.dump_traceback();
    } catch {
      // Python is too broken to say: then the place is not known.
    } finally {
      isDumping = false;
    }
    return framesOf(new TextDecoder().decode(Uint8Array.from(dumped)));
  };
  const look = (): void => {
    if (isDumping) return;
    const now = performance.now();
    if (now < nextLook) return;
    nextLook = now + lookMilliseconds;
    if (now >= deadline) stop("time", "");
    if (existsSync(stopFile)) stop("cancelled", "");
  };
  const andLook =
    () =>
    (original: Import, values: unknown[]): unknown => {
      look();
      return original(...values);
    };

  return {
    get hasStopped() {
      return hasStopped;
    },
    replacements: {
      _Py_CheckEmscriptenSignals_Helper: () => {
        look();
        return 0;
      },
      clock_time_get: andLook(),
      emscripten_get_now: andLook(),
      emscripten_date_now: andLook(),
      fd_write: (original, values) => {
        const result = original(...values);
        if (printedBytes > outputBytes && !isDumping) stop("output", "");
        look();
        return result;
      },
      emscripten_resize_heap: (original, values) => {
        const wanted = Number(values[0]) >>> 0;
        if (wanted <= memoryBytes && isTrue(original(wanted))) return 1;
        return isDumping ? 0 : stop("memory", "");
      },
      // The same file gives the same answer, whatever it draws.
      random_get: (_, values) => {
        const [pointer, length] = [Number(values[0]) >>> 0, Number(values[1]) >>> 0];
        const bytes = new Uint8Array(wasm?.memory.buffer ?? new ArrayBuffer(0), pointer, length);
        for (let index = 0; index < bytes.length; index++) {
          random ^= random << 13;
          random ^= random >>> 17;
          random ^= random << 5;
          bytes[index] = random & 0xff;
        }
        return 0;
      },
      proc_exit: () => stop("exit", ""),
      exit: () => stop("exit", ""),
      _abort_js: () => stop("crash", "abort"),
      __assert_fail: () => stop("crash", "assertion"),
    },
    attach: (exports) => {
      wasm = exports;
    },
    begin: (limits) => {
      const now = performance.now();
      deadline = now + limits.seconds * 1000;
      nextLook = now + lookMilliseconds;
      outputBytes = limits.outputBytes;
      isWatched = limits.isWatched;
      printedBytes = 0;
      hasStopped = false;
      random = 0x9e3779b9;
      printed = [];
    },
    end: () => {
      deadline = Infinity;
      nextLook = Infinity;
    },
    stop,
    whereAbouts,
    notePlace: (bytes) => {
      if (!isWatched) return;
      for (let at = 0; at < bytes.length;) {
        try {
          at += writeSync(3, bytes, at);
        } catch (error) {
          // The pipe is full for the moment, on systems where it does not block.
          if ((error as { code?: string }).code !== "EAGAIN") return;
        }
      }
    },
    print: (line) => {
      for (const byte of new TextEncoder().encode(`${line}\n`)) putByte(byte);
    },
    putByte,
    takeOutput: () => {
      const text = new TextDecoder().decode(Uint8Array.from(printed));
      printed = [];
      return text;
    },
  };

  function putByte(byte: number): void {
    if (isDumping) {
      if (dumped.length < keptBytes) dumped.push(byte);
      return;
    }
    printedBytes += 1;
    if (printed.length < keptBytes) printed.push(byte);
  }
}

/** Emscripten answers `true`. */
function isTrue(value: unknown): boolean {
  return value === true || value === 1;
}

const lookMilliseconds = 20;
/** More than a person reads. */
const keptBytes = 64 << 10;
