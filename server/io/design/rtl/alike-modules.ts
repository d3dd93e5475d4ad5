/**
 * RTLIL in which modules that are alike are one again: slang makes a module of its own of every instance, `mac$top.row.u_mac`, and each
 * would be mapped by itself. Alike is what says the same but for numbers in made-up names, and holds modules that are alike.
 * The source's places are part of it, so that what is merged is always one module of the source with the same parameters.
 */
export function mergeAlikeModules(rtlil: string): string {
  const chunks = rtlil.split(/(?<=^end\n)/m);
  const modules = new Map<string, { readonly at: number; readonly children: readonly string[] }>();
  chunks.forEach((text, at) => {
    const name = /^module (\S+)$/m.exec(text)?.[1];
    if (name !== undefined) modules.set(name, { at, children: childrenIn(text) });
  });
  const canonical = new Map<string, string>();
  const firstOf = new Map<string, string>();
  const visit = (name: string, depth: number): void => {
    const module = modules.get(name);
    if (module === undefined || canonical.has(name) || depth > modules.size) return;
    canonical.set(name, name);
    for (const child of module.children) visit(child, depth + 1);
    const text = withChildren(chunks[module.at] ?? "", canonical);
    const key = `${baseName(name)}\n${unnumbered(text.replace(/^module \S+$/m, ""))}`;
    const first = firstOf.get(key);
    if (first === undefined) firstOf.set(key, name);
    else canonical.set(name, first);
  };
  for (const name of modules.keys()) visit(name, 0);
  const names = withShortNames(canonical);
  return chunks
    .flatMap((text, at) => {
      const name = /^module (\S+)$/m.exec(text)?.[1];
      if (name === undefined || modules.get(name)?.at !== at) return [text];
      if (canonical.get(name) !== name) return [];
      const renamed = text.replace(/^module \S+$/m, `module ${names.get(name) ?? name}`);
      return [withChildren(renamed, names)];
    })
    .join("");
}

const cellPattern = /^(\s*cell )(\\\S+)( )/gm;

function childrenIn(text: string): readonly string[] {
  return [...text.matchAll(cellPattern)].map(([, , type = ""]) => type);
}

function withChildren(text: string, names: ReadonlyMap<string, string>): string {
  return text.replace(
    cellPattern,
    (_, before: string, type: string, behind: string) =>
      `${before}${names.get(type) ?? type}${behind}`,
  );
}

/** `\mac` of `\mac$top.row.u_mac`. */
function baseName(name: string): string {
  return /^(\\[A-Za-z_]\w*)\$/.exec(name)?.[1] ?? name;
}

/** A module of which one form is left goes by its own name. */
function withShortNames(canonical: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const forms = new Map<string, Set<string>>();
  for (const name of canonical.values()) {
    const base = baseName(name);
    forms.set(base, (forms.get(base) ?? new Set()).add(name));
  }
  return new Map(
    [...canonical].map(([name, first]) => {
      const base = baseName(first);
      return [name, forms.get(base)?.size === 1 ? base : first];
    }),
  );
}

/** Made-up names begin with `$`; their numbers are counted anew in the order in which they come. */
function unnumbered(text: string): string {
  const known = new Map<string, number>();
  return text.replace(/(?<=\s)\$\S+/g, (name) =>
    name.replace(/\d+/g, (digits) => {
      const number = known.get(digits) ?? known.size;
      known.set(digits, number);
      return `${number}`;
    }),
  );
}
