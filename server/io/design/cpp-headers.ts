import path from "node:path";
import { realPath, textInside } from "../inside.js";
import type { DesignRequest } from "./design-request.js";

/** A source with the text of its headers behind it: places of the source stay what they are. */
export interface CppSource {
  readonly text: string;
  /** Where the headers begin. */
  readonly ownLength: number;
  /** Absolute paths of the headers. */
  readonly headers: readonly string[];
  /** Of the source and its headers, by absolute path. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Bounds of what is read beside a kernel: a hint must come while one types. */
const mostHeaders = 40;
const mostHeaderText = 256 * 1024;

const includeLine = /^[ \t]*#[ \t]*include[ \t]*(?:"([^"\r\n]+)"|<([^>\r\n]+)>)/gm;

/**
 * The headers that a source names, in quotes or of its include folders in angle brackets, those that they name first: sizes, types and configurations stand there
 * (`#define N 64`). Read are files of the request's roots alone; what is not found is the tool's own.
 */
export function withHeaders(
  { file, text }: Pick<DesignRequest, "file" | "text">,
  {
    roots,
    overlays,
    includeFolders,
    sources = [],
  }: Pick<DesignRequest, "roots" | "overlays" | "includeFolders"> & {
    /** Other sources of the design, whose functions are called here; absolute. */
    readonly sources?: readonly string[];
  },
): CppSource {
  const realRoots = roots.flatMap((root) => realPath(root) ?? []);
  const texts = new Map<string, string>();
  const headers: string[] = [];
  const seen = new Set([file]);
  let total = 0;
  const read = (header: string): string | undefined =>
    overlays[header] ?? textInside(header, realRoots, mostHeaderText);
  const visit = (from: string, source: string): void => {
    for (const [, quoted, angled] of source.matchAll(includeLine)) {
      const name = quoted ?? angled ?? "";
      if (path.isAbsolute(name)) continue;
      // Names in angle brackets are looked for in the include folders alone.
      const beside = quoted === undefined ? [] : [path.dirname(from)];
      for (const folder of [...beside, ...includeFolders]) {
        const header = path.join(folder, name);
        if (seen.has(header)) break;
        const found = read(header);
        if (found === undefined) continue;
        seen.add(header);
        total += found.length;
        if (headers.length >= mostHeaders || total > mostHeaderText) return;
        headers.push(header);
        visit(header, found);
        texts.set(header, found);
        break;
      }
    }
  };
  visit(file, text);
  for (const source of sources) {
    if (seen.has(source)) continue;
    const found = read(source);
    if (found === undefined) continue;
    seen.add(source);
    total += found.length;
    if (headers.length >= mostHeaders || total > mostHeaderText) break;
    headers.push(source);
    visit(source, found);
    texts.set(source, found);
  }
  return {
    text: [text, ...texts.values()].join("\n"),
    ownLength: text.length,
    headers,
    texts: new Map([[file, text], ...texts]),
  };
}
