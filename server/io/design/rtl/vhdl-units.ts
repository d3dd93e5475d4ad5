import { statSync } from "node:fs";
import path from "node:path";
import { blanked } from "../../../core/design/blanked.js";
import { distance, workspaceFiles } from "./workspace-files.js";

/** What a VHDL file declares and speaks of; names in lower case. */
export interface VhdlUnits {
  /** Entities, packages, contexts and configurations. */
  readonly declares: readonly string[];
  /** Of whose entity there is an architecture, of which package a body. */
  readonly bodies: readonly string[];
  /** `library.name`, where the library is one that the file has named, or `work`. */
  readonly uses: readonly { readonly library: string; readonly name: string }[];
  /** Instantiated by a component: an entity of that name is bound to it. */
  readonly components: readonly string[];
}

export function vhdlUnitsOf(text: string): VhdlUnits {
  const code = blanked(text, "--").toLowerCase();
  const names = (pattern: RegExp): readonly string[] => [
    ...new Set([...code.matchAll(pattern)].map(([, name = ""]) => name)),
  ];
  const libraries = new Set(["work"]);
  for (const [, list = ""] of code.matchAll(/\blibrary\s+([\w\s,]+);/g))
    for (const name of list.split(",")) libraries.add(name.trim());
  const bodies = names(/\barchitecture\s+\w+\s+of\s+(\w+)\s+is\b/g);
  const packageBodies = names(/\bpackage\s+body\s+(\w+)\s+is\b/g);
  const declared =
    /(?<=^|;)\s*(?:entity|package(?!\s+body\b)|context|configuration)\s+(\w+)\s+(?:is|of)\b/gm;
  return {
    declares: names(declared),
    bodies: [...bodies, ...packageBodies],
    uses: [...code.matchAll(/(?<![\w.'])(\w+)\s*\.\s*(\w+)/g)].flatMap(
      ([, library = "", name = ""]) => (libraries.has(library) ? [{ library, name }] : []),
    ),
    components: names(/:\s*(?:component\s+)?(\w+)\s+(?:generic|port)\s+map\b/g),
  };
}

const known = new Map<string, { readonly signature: string; readonly units: VhdlUnits }>();
const sizeLimit = 4 << 20;

/** Files of the workspace with the entities and packages that the given texts use and do not declare, and what those use in turn. */
export function findVhdlFiles(
  given: readonly string[],
  request: { readonly roots: readonly string[]; readonly file: string },
  read: (file: string) => string | undefined,
): readonly string[] {
  const own = given.map(vhdlUnitsOf);
  const have = new Set(own.flatMap(({ declares }) => declares));
  const haveBody = new Set(own.flatMap(({ bodies }) => bodies));
  const wanted = own.flatMap(wantedBy).filter((name) => !have.has(name));
  const bodiless = [...have].filter((name) => !haveBody.has(name));
  if (wanted.length === 0 && bodiless.length === 0) return [];
  const files = new Map<string, VhdlUnits>();
  const near = [...workspaceFiles(request.roots, request.file, /\.vhdl?$/i)].sort(
    (a, b) => distance(request.file, a) - distance(request.file, b) || (a < b ? -1 : 1),
  );
  for (const file of near) {
    const units = indexed(file, read);
    if (units !== undefined) files.set(file, units);
  }
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (!have.has(name)) {
      const definer = near.find((file) => files.get(file)?.declares.includes(name));
      if (definer === undefined) return;
      have.add(name);
      take(definer);
    }
    if (haveBody.has(name)) return;
    const body = near.find((file) => !found.has(file) && files.get(file)?.bodies.includes(name));
    if (body !== undefined) take(body);
  };
  const take = (file: string): void => {
    const units = files.get(file);
    if (units === undefined || found.has(file) || file === request.file) return;
    found.add(file);
    for (const name of units.declares) have.add(name);
    for (const name of units.bodies) haveBody.add(name);
    for (const name of [...units.declares, ...wantedBy(units)]) visit(name);
  };
  for (const name of [...bodiless, ...wanted]) visit(name);
  return [...found];
}

function wantedBy({ uses, components }: VhdlUnits): readonly string[] {
  return [...uses.map(({ name }) => name), ...components];
}

function indexed(file: string, read: (file: string) => string | undefined): VhdlUnits | undefined {
  const status = statSync(file, { throwIfNoEntry: false });
  if (status?.isFile() !== true || status.size > sizeLimit) return undefined;
  const signature = `${status.size},${status.mtimeMs}`;
  const before = known.get(file);
  if (before?.signature === signature) return before.units;
  const text = read(file);
  if (text === undefined) return undefined;
  const units = vhdlUnitsOf(text);
  known.set(file, { signature, units });
  return units;
}

/** A source with the library that it goes into. */
export interface PlacedSource {
  readonly name: string;
  readonly library: string;
}

/**
 * Sources in an order in which they can be read, each with its library: the one by whose name others call its units. What nobody calls
 * by a library's name goes where those are that it shares `work` with, else where the others of its folder are.
 */
export function placeInLibraries(
  texts: ReadonlyMap<string, string>,
  fileOf: (name: string) => string,
): readonly PlacedSource[] {
  const units = new Map([...texts].map(([name, text]) => [name, vhdlUnitsOf(text)]));
  const definers = new Map<string, string>();
  for (const [name, { declares }] of units)
    for (const one of declares) if (!definers.has(one)) definers.set(one, name);
  const order = inOrder(units, definers);
  const libraries = new Map<string, string>();
  for (const { uses } of units.values())
    for (const { library, name } of uses) {
      const definer = definers.get(name);
      if (library !== "work" && definer !== undefined && !libraries.has(definer))
        libraries.set(definer, library);
    }
  const [only, ...others] = new Set(libraries.values());
  if (others.length === 0) return order.map((name) => ({ name, library: only ?? "work" }));
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (const [name, { uses, bodies }] of units) {
      const mates = [
        ...uses.flatMap((use) => (use.library === "work" ? [use.name] : [])),
        ...bodies,
      ].flatMap((one) => definers.get(one) ?? []);
      for (const mate of mates) {
        const [from, to] = libraries.has(name) ? [name, mate] : [mate, name];
        const library = libraries.get(from);
        if (library === undefined || libraries.has(to)) continue;
        libraries.set(to, library);
        isChanged = true;
      }
    }
  }
  const folderOf = (name: string): string => path.dirname(fileOf(name));
  const ofFolder = new Map<string, string>();
  for (const [name, library] of libraries) ofFolder.set(folderOf(name), library);
  return order.map((name) => ({
    name,
    library: libraries.get(name) ?? ofFolder.get(folderOf(name)) ?? "work",
  }));
}

/** Each after what it uses; in a ring as they stand. */
function inOrder(
  units: ReadonlyMap<string, VhdlUnits>,
  definers: ReadonlyMap<string, string>,
): readonly string[] {
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (name: string): void => {
    if (done.has(name) || open.has(name)) return;
    open.add(name);
    const { uses = [], bodies = [] } = units.get(name) ?? {};
    for (const one of [...bodies, ...uses.map((use) => use.name)]) {
      const definer = definers.get(one);
      if (definer !== undefined) visit(definer);
    }
    open.delete(name);
    done.add(name);
  };
  for (const name of units.keys()) visit(name);
  return [...done];
}
