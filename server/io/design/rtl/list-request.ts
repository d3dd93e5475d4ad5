import { blanked } from "../../../core/design/blanked.js";
import { realPath, textInside } from "../../inside.js";
import type { DesignRequest } from "../design-request.js";
import { readFileList } from "./file-list.js";
import { moduleBodies } from "./module-heads.js";
import { modulesIn, topModule } from "./top-module.js";
import { entitiesIn } from "./vhdl.js";

const sizeLimit = 48 << 20;

/**
 * A file list in place of a file: the design is that of its files, and what is asked about is the file that holds the top. A list whose
 * files cannot be read stays as it is; reading it tells what is missing.
 */
export function requestOfList(request: DesignRequest): DesignRequest {
  const roots = request.roots.flatMap((root) => realPath(root) ?? []);
  const read = (file: string): string | undefined =>
    request.overlays[file] ?? textInside(file, roots, sizeLimit);
  const listed = [request.file, ...request.files].flatMap((file) =>
    /\.f$/i.test(file) ? readFileList(file, read).files : [file],
  );
  const texts = new Map(listed.flatMap((file) => [[file, read(file) ?? ""]]));
  const top = request.top ?? topOfAll([...texts.values()]);
  const isIn = (text: string): boolean =>
    top !== undefined && [...modulesIn(text), ...entitiesIn(text)].includes(top);
  const main = listed.filter((file) => isIn(texts.get(file) ?? "")).at(-1) ?? listed.at(-1);
  if (main === undefined) return request;
  return {
    ...request,
    top,
    file: main,
    text: texts.get(main) ?? "",
    files: [request.file, ...request.files],
  };
}

/** What nothing else makes an instance of, testbenches, which have no ports, aside. */
function topOfAll(texts: readonly string[]): string | undefined {
  const code = texts.map((text) => blanked(text)).join("\n");
  const bodies = [...moduleBodies(code)];
  const ported = bodies.filter(([, { body }]) => !/^\s*(?:;|\(\s*\)\s*;)/.test(body));
  const some = ported.length > 0 ? ported : bodies;
  const text = some.map(([name, { body }]) => `module ${name}${body}`).join("\n");
  return topModule(text) ?? texts.flatMap((one) => entitiesIn(one)).at(-1);
}
