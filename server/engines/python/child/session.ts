import { fstatSync, openSync, readSync } from "node:fs";
import type { ChildMessage, JobMessage, StartMessage } from "../wire.js";
import { hostFolderType, stampOfFile } from "./host-folder.js";
import type { Image } from "./python.js";
import { largestRootCount, startPython } from "./python.js";
import { Stopped } from "./stopped.js";
import { makeWatch } from "./watch.js";

/**
 * Runs jobs, each in a Python that is as fresh as when it was started: its whole memory is put back after every job,
 * so nothing that one job does, on purpose or not, is there for the next.
 *
 * Importing a large package takes seconds, so the image that is put back may be of a Python that has imported what the
 * last job took from installed packages. It is made apart, from the started Python, without any of the user's code.
 */
export interface Session {
  answer(job: JobMessage): ChildMessage;
  /** Makes Python fresh again, and ready for more of the same. Called between jobs. */
  refresh(): void;
  image(): Uint8Array;
}

export async function makeSession(start: StartMessage): Promise<Session> {
  const watch = makeWatch(start.memoryBytes, start.stopFile);
  const { imageFile, runtimeFolder, packagesFolder } = start;
  const startedImage = imageFile === undefined ? undefined : imageIn(imageFile);
  let image = startedImage;
  const python = await startPython({ runtimeFolder, packagesFolder, image, watch });
  const { FS, scratch } = python;
  const roots = start.roots.slice(0, largestRootCount);
  const pathsOf = (chosen: (isLibrary: boolean) => boolean): string =>
    JSON.stringify(
      roots.flatMap((root, index) => (chosen(root.isLibrary) ? [`/roots/${index}`] : [])),
    );
  const allPaths = pathsOf(() => true);
  const libraryPaths = pathsOf((isLibrary) => isLibrary);
  const mounted: string[] = [];
  let isFresh = true;
  /** Of the installed packages' modules: what the last job imported, what the image holds, what cannot be kept. */
  let wanted = "[]";
  let kept = "[]";
  let refused = "";
  /** The files that the image was made of. */
  let stamps = new Map<string, string>();

  const putBack = (): void => {
    if (isFresh || image === undefined) return;
    python.restore(image);
    for (const path of mounted.splice(0)) FS.unmount(path);
    isFresh = true;
  };

  const mount = (job: Mounting, onRead: (file: string, stamp: string) => void): void => {
    isFresh = false;
    scratch.limits.bytes = job.request.length * 4 + scratchBytes;
    scratch.limits.files = scratchFiles;
    scratch.reset();
    const place = (path: string, type: Parameters<typeof FS.mount>[0]): void => {
      FS.mount(type, {}, path);
      mounted.push(path);
    };
    place("/job", FS.filesystems.MEMFS);
    place("/tmp", FS.filesystems.MEMFS);
    for (const [index, { folder }] of roots.entries()) {
      const prefix = `/roots/${index}/`;
      const overlays = new Map<string, Uint8Array>();
      for (const [path, text] of Object.entries(job.overlays))
        if (path.startsWith(prefix))
          overlays.set(path.slice(prefix.length), new TextEncoder().encode(text));
      place(`/roots/${index}`, hostFolderType(FS, { folder, overlays, onRead }));
    }
    FS.writeFile("/job/request.json", job.request);
    for (const [path, byteLength] of [
      ["/job/answer.json", job.answerBytes],
      ["/job/libraries.json", namesBytes],
    ] as const) {
      FS.writeFile(path, "");
      scratch.reserve(FS.lookupPath(path).node, byteLength);
    }
  };

  const runWatched = (code: string, job: Limits): boolean => {
    watch.begin(job);
    try {
      return python.run(`import ridgepoint.driver\nridgepoint.driver.${code}`);
    } finally {
      watch.end();
    }
  };

  const answer = (job: JobMessage): ChildMessage => {
    const begin = performance.now();
    dropStaleImage(job);
    putBack();
    wanted = kept;
    try {
      mount(job, () => undefined);
      if (!runWatched(`serve(${allPaths}, ${libraryPaths})`, job))
        throw new Stopped("crash", "driver", []);
      const bytes = FS.readFile("/job/answer.json");
      wanted = new TextDecoder().decode(FS.readFile("/job/libraries.json"));
      return {
        kind: "answer",
        id: job.id,
        answer: new TextDecoder().decode(bytes),
        output: watch.takeOutput(),
        seconds: (performance.now() - begin) / 1000,
        memoryBytes: python.memoryByteLength(),
        isSwollen: isSwollen(),
      };
    } catch (error) {
      const { reason, message, frames } = stopOf(error);
      return {
        kind: "stopped",
        id: job.id,
        reason,
        detail: message,
        frames,
        output: watch.takeOutput(),
        isSwollen: isSwollen(),
      };
    }
  };

  /** A trap of WebAssembly's, or its stack: Python's memory can still say where it was. */
  const stopOf = (error: unknown): Stopped => {
    if (error instanceof Stopped) return error;
    const words = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
    return new Stopped("crash", words, watch.whereAbouts());
  };

  const isSwollen = (): boolean =>
    python.memoryByteLength() > (image?.byteLength ?? 0) + largestGrowthBytes;

  const refresh = (): void => {
    putBack();
    if (image === undefined || wanted === kept || wanted === refused) return;
    if (!isListOfNames(wanted)) return;
    image = startedImage;
    isFresh = false;
    putBack();
    const read = new Map<string, string>();
    try {
      mount({ request: wanted, overlays: {}, answerBytes: 0 }, (file, stamp) =>
        read.set(file, stamp),
      );
      const limits = { seconds: librarySeconds, outputBytes: 1 << 20, isWatched: false };
      if (runWatched(`preload(${libraryPaths})`, limits)) {
        // Nothing of what was mounted for it may be open or remembered in the copy.
        python.forgetStreams();
        const memory = python.memory();
        image = { byteLength: memory.length, copyTo: (heap) => heap.set(memory) };
        kept = wanted;
        stamps = read;
      } else refused = wanted;
    } catch (error) {
      if (!(error instanceof Stopped && error.reason === "cancelled")) refused = wanted;
    }
    if (kept !== wanted) {
      kept = "[]";
      stamps = new Map();
    }
    watch.takeOutput();
    isFresh = false;
    putBack();
  };

  /** A package was changed, or an unsaved editor shows one of its files: then nothing of it may be taken as known. */
  const dropStaleImage = (job: JobMessage): void => {
    if (kept === "[]") return;
    const isOverlaid = Object.keys(job.overlays).some((path) => {
      const root = roots[Number(path.split("/")[2])];
      return root?.isLibrary === true;
    });
    const isStale = (): boolean => {
      for (const [file, stamp] of stamps) if (stampOfFile(file) !== stamp) return true;
      return false;
    };
    if (!isOverlaid && !isStale()) return;
    image = startedImage;
    kept = "[]";
    refused = "";
    stamps = new Map();
    isFresh = false;
  };

  return { answer, refresh, image: () => python.memory() };
}

/** The user's code may have written it. */
function isListOfNames(text: string): boolean {
  try {
    const names = JSON.parse(text) as unknown;
    return Array.isArray(names) && 0 < names.length && names.length <= largestLibrary;
  } catch {
    // Then there is nothing to keep.
    return false;
  }
}

/**
 * Read anew each time: the operating system keeps it in memory for all processes. The file is kept open, for it may be
 * replaced by a newer one while this process runs.
 */
function imageIn(file: string): Image {
  const handle = openSync(file, "r");
  const byteLength = fstatSync(handle).size;
  const copyTo = (memory: Uint8Array): void => {
    for (let length = 0; length < byteLength;) {
      const count = readSync(handle, memory, length, byteLength - length, length);
      if (count === 0) throw new Error("The image of a started Python is cut short.");
      length += count;
    }
  };
  return { byteLength, copyTo };
}

type Mounting = Pick<JobMessage, "request" | "overlays" | "answerBytes">;
type Limits = Pick<JobMessage, "seconds" | "outputBytes" | "isWatched">;

/** What the user's code may write, in memory, for itself. */
const scratchBytes = 32 << 20;
const namesBytes = 4 << 20;
const scratchFiles = 4096;
const largestGrowthBytes = 96 << 20;
const largestLibrary = 10_000;
const librarySeconds = 20;
