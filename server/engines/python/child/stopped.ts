import type { FrameMessage, StopReason } from "../wire.js";

/** Thrown by an import straight through WebAssembly: nothing that Python does can catch it. */
export class Stopped extends Error {
  readonly reason: StopReason;
  readonly frames: readonly FrameMessage[];

  constructor(reason: StopReason, detail: string, frames: readonly FrameMessage[]) {
    super(detail);
    this.name = "Stopped";
    this.reason = reason;
    this.frames = frames;
  }
}

/** Reads what CPython's own low-level traceback prints: `  File "/roots/0/model.py", line 3 in forward`. */
export function framesOf(dump: string): readonly FrameMessage[] {
  const frames: FrameMessage[] = [];
  for (const found of dump.matchAll(/^ {2}File "(.*)", line (\d+) in (.*)$/gm))
    frames.push({ file: found[1] ?? "", line: Number(found[2]), name: found[3] ?? "" });
  return frames;
}
