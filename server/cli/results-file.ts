import { readFileSync } from "node:fs";
import { readResults } from "../core/search/read-results.js";

/** What a file of batch results holds, `-` for standard input; what is wrong with it goes to standard error. */
export function readResultsFile(file: string): ReturnType<typeof readResults>["value"] | undefined {
  let text: string;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    process.stderr.write(
      `ridgepoint: \`${file}\` cannot be read: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return undefined;
  }
  const { value, problems } = readResults(text);
  for (const { message } of problems) process.stderr.write(`ridgepoint: ${message}\n`);
  return value;
}
