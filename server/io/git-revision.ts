import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A blob may be a model of a few gigabytes without its weights beside it; more than this is refused. */
const blobLimit = 2 ** 30;

/**
 * A file as a revision of its git repository has it, in a folder of its own that `dispose` removes. `git cat-file` alone
 * is run: it reads objects, and starts no hook, filter, text conversion or monitor that a repository could bring along.
 */
export async function fileAtRevision(
  file: string,
  revision: string,
): Promise<{ readonly file: string; readonly dispose: () => Promise<void> }> {
  if (!/^[\w][\w./~^@{}-]*$/.test(revision) || revision.includes(".."))
    throw new Error(`\`${revision}\` is no revision.`);
  const folder = path.dirname(path.resolve(file));
  let content: Buffer;
  try {
    const { stdout } = await run(
      "git",
      ["-c", "core.fsmonitor=false", "cat-file", "blob", `${revision}:./${path.basename(file)}`],
      { cwd: folder, encoding: "buffer", maxBuffer: blobLimit, timeout: 60_000 },
    );
    content = stdout;
  } catch (error) {
    const reason =
      typeof error === "object" && error !== null && "stderr" in error
        ? String(error.stderr).trim().split("\n")[0]
        : String(error);
    throw new Error(
      `\`${path.basename(file)}\` has no version at \`${revision}\`: ${reason ?? "git said nothing"}.`,
      { cause: error },
    );
  }
  const place = await mkdtemp(path.join(tmpdir(), "ridgepoint-revision-"));
  const copy = path.join(place, path.basename(file));
  await writeFile(copy, content);
  return { file: copy, dispose: () => rm(place, { recursive: true, force: true }) };
}
