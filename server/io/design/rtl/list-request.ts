import { blanked } from "../../../core/design/blanked.js";
import { isFileList, isVhdl } from "../../../core/design/file-kinds.js";
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
    isFileList(file) ? readFileList(file, read).files : [file],
  );
  const texts = new Map(listed.flatMap((file) => [[file, read(file) ?? ""]]));
  const top = request.top ?? topOfAll(texts);
  const isIn = (text: string): boolean =>
    top !== undefined && [...modulesIn(text), ...entitiesIn(text)].includes(top);
  const main = listed.filter((file) => isIn(texts.get(file) ?? "")).at(-1) ?? listed.at(-1);
  const files = [request.file, ...request.files];
  if (main === undefined) return { ...request, text: "", files };
  return {
    ...request,
    top,
    file: main,
    text: texts.get(main) ?? "",
    files,
  };
}

/** What nothing else makes an instance of, testbenches, which have no ports, aside. */
function topOfAll(texts: ReadonlyMap<string, string>): string | undefined {
  const all = [...texts];
  const vhdl = all.flatMap(([file, text]) => (isVhdl(file) ? [blanked(text, "--")] : []));
  const code = all.flatMap(([file, text]) => (isVhdl(file) ? [] : [blanked(text)])).join("\n");
  const bodies = [...moduleBodies(code)];
  const ported = bodies.filter(([, { body }]) => !/^\s*(?:;|\(\s*\)\s*;)/.test(body));
  const some = ported.length > 0 ? ported : bodies;
  const text = some.map(([name, { body }]) => `module ${name}${body}`).join("\n");
  return topModule(text) ?? topEntity(vhdl);
}

function topEntity(codes: readonly string[]): string | undefined {
  const entities = codes.flatMap(entitiesIn);
  const used = new Set(
    codes.flatMap((code) =>
      [
        ...code.matchAll(
          /:\s*(?:entity\s+\w+\s*\.|component\s)?\s*(\w+)\s+(?:generic|port)\s+map\b|:\s*(?:entity\s+\w+\s*\.)\s*(\w+)/gi,
        ),
      ].map(([, mapped, named]) => (mapped ?? named ?? "").toLowerCase()),
    ),
  );
  return entities.filter((name) => !used.has(name)).at(-1) ?? entities.at(-1);
}
