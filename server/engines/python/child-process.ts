import { spawn } from "node:child_process";
import path from "node:path";
import type { ChildMessage, FrameMessage, JobMessage, StartMessage } from "./wire.js";

/** A running child. It answers one job at a time. */
export interface Child {
  readonly processId: number | undefined;
  readonly hasEnded: boolean;
  /** Rejects when the process ends before it answers. */
  ask(job: JobMessage, onPlace: (place: FrameMessage) => void): Promise<ChildMessage>;
  kill(): void;
}

export interface ChildStart {
  readonly runtimeFolder: string;
  readonly start: StartMessage;
  readonly log: (line: string) => void;
}

/** Resolves once Python is ready. */
export async function startChild(options: ChildStart): Promise<Child> {
  const permissionFlag = ["--permission", "--experimental-permission"].find((flag) =>
    process.allowedNodeEnvironmentFlags.has(flag),
  );
  if (permissionFlag !== undefined) {
    try {
      return await launch(options, permissionFlags(permissionFlag, options));
    } catch (error) {
      // Some builds name the flag and do not have it; the other walls stand without it.
      options.log(`python: not confined by Node: ${String(error)}`);
    }
  }
  return launch(options, []);
}

/** The image of a started Python: what `makeImage` writes to a file. */
export function receiveImage(options: ChildStart): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const child = open(options, []);
    const chunks: Buffer[] = [];
    child.stdout.on("data", (bytes: Buffer) => chunks.push(bytes));
    child.on("error", reject);
    child.on("close", (code) => {
      const all = Buffer.concat(chunks);
      const end = all.indexOf(10);
      if (code === 0 && end > 0) {
        const head = JSON.parse(all.toString("utf8", 0, end)) as ChildMessage;
        const image = all.subarray(end + 1);
        if (head.kind === "image" && head.byteLength === image.length) {
          resolve(image);
          return;
        }
      }
      reject(new Error(`no image (${code ?? "killed"}) ${child.complaints()}`));
    });
  });
}

function launch(options: ChildStart, flags: readonly string[]): Promise<Child> {
  return new Promise((resolve, reject) => {
    const child = open(options, flags);
    let hasEnded = false;
    let pending: Pending | undefined;
    let rest: Buffer[] = [];
    let restLength = 0;

    const handle: Child = {
      processId: child.pid,
      get hasEnded() {
        return hasEnded;
      },
      ask: (job, onPlace) =>
        new Promise((resolve, reject) => {
          if (hasEnded) {
            reject(new Error("the process has ended"));
            return;
          }
          pending = { id: job.id, resolve, reject, onPlace };
          child.stdin.write(`${JSON.stringify(job)}\n`);
        }),
      kill: () => {
        hasEnded = true;
        child.kill("SIGKILL");
      },
    };
    const receive = (line: string): void => {
      const message = JSON.parse(line) as ChildMessage;
      if (message.kind === "ready") {
        clearTimeout(startTimer);
        resolve(handle);
      } else if (message.kind !== "image" && message.id === pending?.id) {
        const { resolve } = pending;
        pending = undefined;
        resolve(message);
      }
    };
    const startTimer = setTimeout(() => child.kill("SIGKILL"), startMilliseconds);
    child.stdout.on("data", (bytes: Buffer) => {
      let from = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
        const line = Buffer.concat([...rest, bytes.subarray(from, end)]).toString("utf8");
        rest = [];
        restLength = 0;
        from = end + 1;
        try {
          receive(line);
        } catch (error) {
          options.log(`python: ${String(error)}`);
          child.kill("SIGKILL");
        }
      }
      rest.push(bytes.subarray(from));
      restLength += bytes.length - from;
      if (restLength > largestLineBytes) child.kill("SIGKILL");
    });
    let place = "";
    child.places.on("data", (bytes: Buffer) => {
      place = (place + bytes.toString("utf8")).slice(-4096);
      const found = /(?:^|\n)(\d+):([^\n:]*):([^\n]*)\n[^\n]*$/.exec(place);
      if (found !== null)
        pending?.onPlace({ line: Number(found[1]), name: found[2] ?? "", file: found[3] ?? "" });
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      hasEnded = true;
      clearTimeout(startTimer);
      const words = `the process ended (${signal ?? code}) ${child.complaints()}`.trim();
      reject(new Error(words));
      pending?.reject(new Error(words));
      pending = undefined;
    });
  });
}

interface Pending {
  readonly id: number;
  readonly resolve: (message: ChildMessage) => void;
  readonly reject: (error: Error) => void;
  readonly onPlace: (place: FrameMessage) => void;
}

function open(options: ChildStart, flags: readonly string[]) {
  const child = spawn(
    process.execPath,
    [
      "--disallow-code-generation-from-strings",
      "--disable-proto=delete",
      "--no-warnings",
      // Of JavaScript's own heap; Python's memory is limited apart.
      "--max-old-space-size=256",
      ...flags,
      path.join(options.runtimeFolder, "child.mjs"),
    ],
    {
      env: environment(),
      // Beside the file by which it is asked to stop: a folder of its own, with nothing in it.
      cwd: path.dirname(options.start.stopFile),
      stdio: ["pipe", "pipe", "pipe", "pipe"],
      windowsHide: true,
    },
  );
  const [stdin, stdout, stderr, places] = child.stdio;
  let complaints = "";
  stderr.on("data", (bytes: Buffer) => {
    complaints = (complaints + bytes.toString("utf8")).slice(-2000);
  });
  // Whether it listens or not is seen at its end.
  stdin.on("error", () => undefined);
  child.stdin.write(`${JSON.stringify(options.start)}\n`);
  return Object.assign(child, {
    stdin,
    stdout,
    places: places as NodeJS.ReadableStream,
    complaints: () => complaints.trim(),
  });
}

/** Nothing of the user's environment; an editor's Node must be told that it is one, and Windows where Windows is. */
function environment(): Record<string, string> {
  const systemRoot = process.env["SystemRoot"];
  return {
    ...(process.versions["electron"] !== undefined && { ELECTRON_RUN_AS_NODE: "1" }),
    ...(process.platform === "win32" && systemRoot !== undefined && { SystemRoot: systemRoot }),
  };
}

function permissionFlags(flag: string, { runtimeFolder, start }: ChildStart): readonly string[] {
  const folders = [runtimeFolder, start.packagesFolder, ...start.roots.map(({ folder }) => folder)];
  return [
    flag,
    ...folders.map((folder) => `--allow-fs-read=${path.join(folder, "*")}`),
    ...(start.imageFile === undefined ? [] : [`--allow-fs-read=${start.imageFile}`]),
    `--allow-fs-read=${start.stopFile}`,
  ];
}

const startMilliseconds = 30_000;
/** An answer and what is around it; see `answerBytes`. */
const largestLineBytes = 512 << 20;
