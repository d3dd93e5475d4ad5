import { statSync } from "node:fs";
import { blanked } from "../../../core/design/blanked.js";
import type { DesignRequest } from "../design-request.js";
import { macrosOf, withoutInactive } from "./inactive-branches.js";
import { moduleHeads } from "./module-heads.js";
import { distance, workspaceFiles } from "./workspace-files.js";

const sizeLimit = 4 << 20;

interface Indexed {
  readonly signature: string;
  readonly defines: readonly string[];
  readonly packages: readonly string[];
  readonly instances: readonly string[];
}

const known = new Map<string, Indexed>();

/**
 * Files of the workspace that define modules and packages which the given sources use and do not define, and what those
 * use in turn, in the order in which they have to be read: packages before what uses them, modules behind what makes instances of them, whose
 * macros may be meant for them. A name that several files define is left to the nearest.
 */
export function findModules(
  given: readonly string[],
  request: DesignRequest,
  read: (file: string) => string | undefined,
): readonly string[] {
  const { defines } = request;
  const state = macrosOf(given, defines);
  const codes = given.map((code) => withoutInactive(code, state));
  const own = new Set(codes.flatMap(definitionsOf));
  const wanted = [...codes.flatMap(packagesIn), ...codes.flatMap(instancesIn)];
  const missing = [...new Set(wanted)].filter((name) => !own.has(name));
  if (missing.length === 0) return [];
  const files = new Map<string, Indexed>();
  for (const file of workspaceFiles(request.roots, request.file, /\.s?v$/i)) {
    const entry = indexOf(file, defines, read);
    if (entry !== undefined) files.set(file, entry);
  }
  const near = [...files.keys()].sort(
    (a, b) => distance(request.file, a) - distance(request.file, b) || (a < b ? -1 : 1),
  );
  const definer = new Map<string, string>();
  for (const file of near)
    for (const name of files.get(file)?.defines ?? [])
      if (!definer.has(name)) definer.set(name, file);
  const order: string[] = [];
  const visiting = new Set<string>();
  const visit = (name: string): void => {
    const file = definer.get(name);
    if (file === undefined || file === request.file || visiting.has(file)) return;
    visiting.add(file);
    const { packages = [], instances = [] } = files.get(file) ?? {};
    for (const used of packages) if (!own.has(used)) visit(used);
    order.push(file);
    for (const used of instances) if (!own.has(used)) visit(used);
  };
  for (const name of missing) visit(name);
  // A file that defines anew what the asked file defines would be an error of ours.
  return order.filter((file) => !(files.get(file)?.defines ?? []).some((name) => own.has(name)));
}

function definitionsOf(code: string): readonly string[] {
  const others = code.matchAll(
    /\b(?:package|interface)\s+(?:(?:automatic|static)\s+)?([A-Za-z_]\w*)\s*(?:;|#|\()/g,
  );
  return [
    ...moduleHeads(code).map(({ name }) => name),
    ...[...others].map((match) => match[1] ?? ""),
  ];
}

/** Words that stand where the name of a module would. */
function instancesIn(code: string): readonly string[] {
  const instances = code.matchAll(
    /^\s*([A-Za-z_]\w*)(?:\s*#\s*\(|\s+[A-Za-z_]\w*\s*(?:\[[^\]\n]*\]\s*)?\()/gm,
  );
  return [...instances].map((match) => match[1] ?? "");
}

function packagesIn(code: string): readonly string[] {
  return [...code.matchAll(/\b([A-Za-z_]\w*)::/g)].map((match) => match[1] ?? "");
}

function indexOf(
  file: string,
  defines: DesignRequest["defines"],
  read: (file: string) => string | undefined,
): Indexed | undefined {
  const status = statSync(file, { throwIfNoEntry: false });
  if (status?.isFile() !== true || status.size > sizeLimit) return undefined;
  const signature = `${status.size},${status.mtimeMs},${JSON.stringify(defines)}`;
  const before = known.get(file);
  if (before?.signature === signature) return before;
  const text = read(file);
  if (text === undefined) return undefined;
  const whole = blanked(text);
  // What an included file may define is open.
  const state = macrosOf([whole], defines);
  const code = withoutInactive(whole, (name) =>
    name !== "FORMAL" && state(name) === false && whole.includes("`include")
      ? undefined
      : state(name),
  );
  const entry = {
    signature,
    defines: definitionsOf(code),
    packages: packagesIn(code),
    instances: instancesIn(code),
  };
  known.set(file, entry);
  return entry;
}
