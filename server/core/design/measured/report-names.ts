import { fileNameOf } from "../../base/file-name.js";
import { measuredFormats } from "./index.generated.js";

/** Whether a file is called as the reports of some tool are; a path or a URI, of which the last name counts. */
export function isReportName(file: string): boolean {
  const name = fileNameOf(file);
  return measuredFormats.some(({ names }) => names.test(name));
}
