import type { ChildMessage, JobMessage, StartMessage } from "../wire.js";
import { hostFolderType } from "./host-folder.js";
import { largestRootCount, startPython } from "./python.js";
import { Stopped } from "./stopped.js";
import { makeWatch } from "./watch.js";

/** Runs jobs, each in a Python that is as fresh as when it was started. */
export interface Session {
  answer(job: JobMessage): ChildMessage;
  /** Makes Python fresh again. Called between jobs. */
  refresh(): void;
  image(): Uint8Array;
}

export async function makeSession(
  start: StartMessage,
  image: Uint8Array | undefined,
): Promise<Session> {
  const watch = makeWatch(start.memoryBytes, start.stopFile);
  const python = await startPython({
    runtimeFolder: start.runtimeFolder,
    packagesFolder: start.packagesFolder,
    image,
    watch,
  });
  const { FS, scratch } = python;
  const roots = start.roots.slice(0, largestRootCount);
  const rootPaths = JSON.stringify(roots.map((_, index) => `/roots/${index}`));
  let isFresh = true;
  const mounted: string[] = [];

  const refresh = (): void => {
    if (isFresh || image === undefined) return;
    python.restore(image);
    for (const path of mounted.splice(0)) FS.unmount(path);
    isFresh = true;
  };

  const mount = (job: JobMessage): void => {
    scratch.limits.bytes = job.request.length * 4 + job.answerBytes + scratchBytes;
    scratch.limits.files = scratchFiles;
    scratch.reset();
    for (const path of ["/job", "/tmp"]) {
      FS.mount(FS.filesystems.MEMFS, {}, path);
      mounted.push(path);
    }
    for (const [index, root] of roots.entries()) {
      const prefix = `/roots/${index}/`;
      const overlays = new Map<string, Uint8Array>();
      for (const [path, text] of Object.entries(job.overlays))
        if (path.startsWith(prefix))
          overlays.set(path.slice(prefix.length), new TextEncoder().encode(text));
      const type = hostFolderType(FS, { folder: root.folder, overlays, onRead: () => undefined });
      FS.mount(type, {}, `/roots/${index}`);
      mounted.push(`/roots/${index}`);
    }
  };

  const answer = (job: JobMessage): ChildMessage => {
    refresh();
    isFresh = false;
    const begin = performance.now();
    try {
      mount(job);
      FS.writeFile("/job/request.json", job.request);
      watch.begin(job);
      try {
        if (!python.run(`import ridgepoint.driver\nridgepoint.driver.serve(${rootPaths})`))
          return stopped(job.id, new Stopped("crash", "driver", []), watch.takeOutput());
      } finally {
        watch.end();
      }
      const bytes = FS.readFile("/job/answer.json");
      if (bytes.length > job.answerBytes)
        return stopped(job.id, new Stopped("output", "answer", []), watch.takeOutput());
      return {
        kind: "answer",
        id: job.id,
        answer: new TextDecoder().decode(bytes),
        output: watch.takeOutput(),
        seconds: (performance.now() - begin) / 1000,
        memoryBytes: python.memoryByteLength(),
      };
    } catch (error) {
      return stopped(job.id, stopOf(error), watch.takeOutput());
    }
  };

  /** A trap of WebAssembly's, or its stack: Python's memory can still say where it was. */
  const stopOf = (error: unknown): Stopped => {
    if (error instanceof Stopped) return error;
    const words = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
    return new Stopped("crash", words, watch.whereAbouts());
  };

  return { answer, refresh, image: () => python.memory() };
}

function stopped(id: number, stop: Stopped, output: string): ChildMessage {
  const { reason, message, frames } = stop;
  return { kind: "stopped", id, reason, detail: message, frames, output };
}

/** What the user's code may write, in memory, for itself. */
const scratchBytes = 32 << 20;
const scratchFiles = 4096;
