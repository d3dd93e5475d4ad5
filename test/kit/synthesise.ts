import path from "node:path";
import type { Design } from "../../server/core/design/design.js";
import { analyseDesign } from "../../server/io/design/analyse-design.js";
import type { DesignRequest } from "../../server/io/design/design-request.js";
import { loadParts } from "../../server/io/parts-files.js";
import { designContext } from "./design-context.js";

const { value: families } = loadParts("server/data");

/** A request for a file of a folder in which nothing but its text is told. */
export function designRequest(
  folder: string,
  file: string,
  text: string,
  more: Partial<Omit<DesignRequest, "file" | "text">> = {},
): DesignRequest {
  return {
    files: [],
    overlays: {},
    roots: [folder],
    includeFolders: [],
    top: undefined,
    part: undefined,
    clockNanoseconds: undefined,
    parameters: {},
    defines: {},
    reports: [],
    isRouted: false,
    seconds: 120,
    ...more,
    file: path.join(folder, file),
    text,
  };
}

/** The design of a text, as if it were in that file of the folder. */
export async function synthesiseIn(...asked: Parameters<typeof designRequest>): Promise<Design> {
  return analyseDesign(designRequest(...asked), designContext(families));
}
