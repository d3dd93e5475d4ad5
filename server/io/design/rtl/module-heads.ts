/** Where a module begins in code without comments and strings; attributes and other modules may stand before it in its line. */
export interface ModuleHead {
  readonly name: string;
  readonly start: number;
  /** Behind the name. */
  readonly end: number;
}

export function moduleHeads(code: string): readonly ModuleHead[] {
  return [
    ...code.matchAll(/\b(?:module|macromodule)\s+(?:(?:automatic|static)\s+)?([A-Za-z_][\w$]*)/g),
  ].map(({ 0: whole, 1: name = "", index }) => ({
    name,
    start: index,
    end: index + whole.length,
  }));
}

/** From each head to the next. A name that stands twice has its last body. */
export function moduleBodies(
  code: string,
): ReadonlyMap<string, { readonly head: ModuleHead; readonly body: string }> {
  const heads = moduleHeads(code);
  return new Map(
    heads.map((head, index) => [
      head.name,
      { head, body: code.slice(head.end, heads[index + 1]?.start ?? code.length) },
    ]),
  );
}

/** Words that stand where the name of an instance's module would, with their place. */
export function instanceWords(
  body: string,
): readonly { readonly name: string; readonly at: number }[] {
  return [
    ...body.matchAll(
      /(?<=^|[;)]|\bbegin|\belse)\s*(\b\w+)(?:\s*#\s*\(|\s+(?:\w+|\\\S+)\s*(?:\[[^\]\n]*\]\s*)?\()/gm,
    ),
  ].map(({ 0: whole, 1: name = "", index }) => ({ name, at: index + whole.search(/\w/) }));
}
