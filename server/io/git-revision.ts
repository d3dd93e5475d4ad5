import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, readFileSync } from "node:fs";
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
  checkRevision(revision);
  const folder = path.dirname(path.resolve(file));
  const name = path.basename(file);
  const content = await git(folder, ["cat-file", "blob", `${revision}:./${name}`]).catch(
    (error: unknown) => {
      throw notThere(name, revision, error);
    },
  );
  const place = await mkdtemp(path.join(tmpdir(), "ridgepoint-revision-"));
  const copy = path.join(place, path.basename(file));
  await writeFile(copy, content);
  return { file: copy, dispose: () => rm(place, { recursive: true, force: true }) };
}

/**
 * What the Python files of a file's repository said at a revision, by absolute path, as far as they say something else now.
 * The file itself is always among them. Contents are compared by the hash that git keeps of them, which is computed here:
 * asking git would run filters that the repository configures.
 */
export async function pythonAtRevision(
  file: string,
  revision: string,
): Promise<ReadonlyMap<string, string>> {
  checkRevision(revision);
  const absolute = path.resolve(file);
  const folder = path.dirname(absolute);
  const name = path.basename(file);
  const own = await git(folder, ["cat-file", "blob", `${revision}:./${name}`]).catch(
    (error: unknown) => {
      throw notThere(name, revision, error);
    },
  );
  const texts = new Map([[absolute, own.toString("utf8")]]);
  const top = (await git(folder, ["rev-parse", "--show-toplevel"])).toString("utf8").trim();
  const listed = await git(top, ["ls-tree", "-r", "-z", revision]);
  const changed: { readonly path: string; readonly hash: string }[] = [];
  for (const line of listed.toString("utf8").split("\0")) {
    const found = /^100\d{3} blob ([0-9a-f]+)\t(.*\.py)$/s.exec(line);
    const [, hash, relative] = found ?? [];
    if (hash === undefined || relative === undefined) continue;
    const place = path.join(top, relative);
    if (place === absolute) continue;
    if (changed.length >= changedLimit) break;
    if (hashOf(place, hash.length) !== hash) changed.push({ path: place, hash });
  }
  for (const { path: place, hash } of changed) {
    const content = await git(top, ["cat-file", "blob", hash]);
    if (content.length <= sourceLimit) texts.set(place, content.toString("utf8"));
  }
  return texts;
}

/** More changed files than this are another program. */
const changedLimit = 500;
const sourceLimit = 4 << 20;

function hashOf(file: string, length: number): string | undefined {
  try {
    if (!lstatSync(file).isFile()) return undefined;
    const content = readFileSync(file);
    return createHash(length === 64 ? "sha256" : "sha1")
      .update(`blob ${content.length}\0`)
      .update(content)
      .digest("hex");
  } catch {
    // It is gone: what it said then counts.
    return undefined;
  }
}

function checkRevision(revision: string): void {
  if (!/^[\w][\w./~^@{}-]*$/.test(revision) || revision.includes(".."))
    throw new Error(`\`${revision}\` is no revision.`);
}

/** Objects alone are read: no monitor is asked, and what a partial clone lacks is not fetched. */
async function git(folder: string, words: readonly string[]): Promise<Buffer> {
  const { stdout } = await run(
    "git",
    ["-c", "core.fsmonitor=false", "-c", "protocol.allow=never", ...words],
    {
      cwd: folder,
      encoding: "buffer",
      maxBuffer: blobLimit,
      timeout: 60_000,
      env: { ...process.env, GIT_NO_LAZY_FETCH: "1", GIT_ALLOW_PROTOCOL: "none" },
    },
  );
  return stdout;
}

function notThere(name: string, revision: string, error: unknown): Error {
  const reason =
    typeof error === "object" && error !== null && "stderr" in error
      ? String(error.stderr).trim().split("\n")[0]
      : String(error);
  return new Error(
    `\`${name}\` has no version at \`${revision}\`: ${reason ?? "git said nothing"}.`,
    { cause: error },
  );
}
