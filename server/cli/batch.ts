import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import type { ReportDocument } from "../core/views/report-document.js";
import { emptyReport } from "../core/views/empty-report.js";
import { findDataFolder, loadCatalogue } from "../io/catalogue-files.js";
import type { Command } from "./command.js";
import { runJob, withJobContext } from "./job.js";
import { UsageError } from "./usage-error.js";
import { decodeBatchLine } from "./words.js";

/** Lines longer than this are refused: memory stays constant whatever the input. */
const lineLimit = 1 << 20;
/** While one line's model is analysed here, the next line's Python runs in the engine's process. */
const linesAhead = 2;

export const command: Command = {
  name: "batch",
  summary: "one JSON report per line of a JSONL file",
  usage: `ridgepoint batch FILE.jsonl

Each line is an object {"file": …, …} with the options of \`analyze\` as keys: file or op, targets, batch, inputs,
entry, pythonPath, deploy, dims, quantization. Answers one JSON report per line, in order; a bad line is answered by a report
with the reason under \`problems\`. FILE may be - for standard input.`,
  run: async (words) => {
    const [file, ...rest] = words;
    if (file === undefined || rest.length > 0)
      throw new UsageError("`ridgepoint batch` takes one file of JSON lines.");
    const { value: catalogue } = await loadCatalogue({
      dataFolder: await findDataFolder(),
      chipFolders: [],
    });
    let lineNumber = 0;
    const stream =
      file === "-"
        ? process.stdin.setEncoding("utf8")
        : createReadStream(file, { encoding: "utf8" });
    try {
      await withJobContext(catalogue, async (context) => {
        // Each report leaves as soon as those before it have left: whoever asks line by line is answered line by line.
        const begun: Promise<void>[] = [];
        let written = Promise.resolve();
        for await (const line of linesOf(stream)) {
          lineNumber += 1;
          if (line.trim() === "") continue;
          const document = runLine(line, lineNumber, async (text) => {
            const job = await runJob(context, decodeBatchLine(text), () => undefined);
            return job.document;
          });
          written = written.then(async () => write(await document));
          begun.push(written);
          if (begun.length > linesAhead) await begun.shift();
        }
        await written;
      });
    } catch (error) {
      process.stderr.write(
        `ridgepoint: \`${file}\` cannot be read: ${error instanceof Error ? error.message : String(error)}\n`,
      );
      return 1;
    }
    return 0;
  },
};

async function runLine(
  line: string,
  lineNumber: number,
  job: (line: string) => Promise<ReportDocument>,
): Promise<ReportDocument> {
  try {
    if (line.length > lineLimit)
      throw new UsageError(`The line is longer than ${lineLimit} characters.`);
    return await job(line);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return emptyReport(null, [
      { code: "RP1092", severity: "error", message: `Line ${lineNumber}: ${message}` },
    ]);
  }
}

/** Splits by line feeds; of a line over the limit only its beginning is kept, enough to refuse it. */
async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream as AsyncIterable<string>) {
    const parts = (rest + chunk).split("\n");
    rest = (parts.pop() ?? "").slice(0, lineLimit + 1);
    yield* parts;
  }
  if (rest !== "") yield rest;
}

function write(document: ReportDocument): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.write(`${JSON.stringify(document)}\n`)) resolve();
    else process.stdout.once("drain", () => resolve());
  });
}
