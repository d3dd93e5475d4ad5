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
  /** Of the libraries' modules: what the last job imported, what the image holds, what cannot be kept. */
  let wanted = noLibraries;
  let kept = noLibraries;
  const refused = new Set<string>();
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
    const isOverlaid = overlaysLibrary(job);
    dropStaleImage(isOverlaid);
    putBack();
    wanted = kept;
    try {
      mount(job, () => undefined);
      if (!runWatched(`serve(${allPaths}, ${libraryPaths})`, job))
        throw new Stopped("crash", "driver", []);
      const bytes = FS.readFile("/job/answer.json");
      if (!isOverlaid) wanted = librariesIn(FS.readFile("/job/libraries.json")) ?? kept;
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
    if (image === undefined || wanted.modules.length === 0) return;
    const known = new Set(kept.modules);
    const added = wanted.modules.filter((name) => !known.has(name));
    if (added.length === 0 || added.some((name) => refused.has(name))) return;
    // What is kept stays, and what came new is added to it, so that jobs in turn about this and that keep both.
    if (image.byteLength > largestImageBytes) dropImage();
    isFresh = false;
    putBack();
    const read = new Map(stamps);
    const asked = { modules: [...kept.modules, ...added], missing: wanted.missing };
    try {
      const request = JSON.stringify(asked);
      mount({ request, overlays: {}, answerBytes: 0 }, (file, stamp) => read.set(file, stamp));
      const limits = { seconds: librarySeconds, outputBytes: 1 << 20, isWatched: false };
      if (runWatched(`preload(${libraryPaths})`, limits)) {
        // Nothing of what was mounted for it may be open or remembered in the copy.
        python.forgetStreams();
        const memory = withoutTrailingZeros(python.memory());
        image = { byteLength: memory.length, copyTo: (heap) => heap.set(memory) };
        kept = asked;
        stamps = read;
      } else refuse(added);
    } catch (error) {
      if (!(error instanceof Stopped && error.reason === "cancelled")) refuse(added);
    }
    watch.takeOutput();
    isFresh = false;
    putBack();
  };

  const refuse = (names: readonly string[]): void => {
    if (refused.size > largestLibrary) refused.clear();
    for (const name of names) refused.add(name);
  };

  const dropImage = (): void => {
    image = startedImage;
    kept = noLibraries;
    stamps = new Map();
    isFresh = false;
  };

  const overlaysLibrary = (job: JobMessage): boolean =>
    Object.keys(job.overlays).some((path) => roots[Number(path.split("/")[2])]?.isLibrary === true);

  /** A package was changed, or an unsaved editor shows one of its files: then nothing of it may be taken as known. */
  const dropStaleImage = (isOverlaid: boolean): void => {
    if (kept.modules.length === 0) return;
    const isStale = (): boolean => {
      for (const [file, stamp] of stamps) if (stampOfFile(file) !== stamp) return true;
      return false;
    };
    if (!isOverlaid && !isStale()) return;
    dropImage();
    refused.clear();
  };

  return { answer, refresh, image: () => python.memory() };
}

/** Names of modules, and of the imports among them that nobody has found. */
interface Libraries {
  readonly modules: readonly string[];
  readonly missing: readonly string[];
}

const noLibraries: Libraries = { modules: [], missing: [] };

/** The user's code may have written it. */
function librariesIn(bytes: Uint8Array): Libraries | undefined {
  try {
    const { modules, missing } = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Libraries>;
    const isFine = (names: unknown): names is readonly string[] =>
      Array.isArray(names) &&
      names.length <= largestLibrary &&
      names.every((name) => typeof name === "string");
    return isFine(modules) && isFine(missing) ? { modules, missing } : undefined;
  } catch {
    // Then there is nothing to keep.
    return undefined;
  }
}

/** Memory that Python has grown into and does not use is zero, and `restore` makes it so. */
function withoutTrailingZeros(memory: Uint8Array): Uint8Array {
  const words = new Float64Array(memory.buffer, memory.byteOffset, memory.length >> 3);
  let count = words.length;
  while (count > 0 && Object.is(words[count - 1], 0)) count -= 1;
  const used = Math.ceil((count * 8) / pageBytes) * pageBytes;
  return used < memory.length ? memory.slice(0, used) : memory;
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
/** Of what is kept between jobs. */
const largestImageBytes = 160 << 20;
/** Of WebAssembly's memory. */
const pageBytes = 65_536;
const largestLibrary = 10_000;
const librarySeconds = 20;
