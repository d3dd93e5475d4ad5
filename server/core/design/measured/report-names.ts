import { measuredFormats } from "./index.generated.js";

/** Whether a file is called as the reports of some tool are; a path or a URI, of which the last name counts. */
export function isReportName(file: string): boolean {
  const name = file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);
  return measuredFormats.some(({ names }) => names.test(name));
}
