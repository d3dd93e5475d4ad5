import { Cancelled } from "../../core/base/cancel.js";
import { activationSchemeIds } from "../../core/quant/formats/activation-scheme.js";
import { parseScheme, type Scheme } from "../../core/quant/formats/scheme.js";
import { defaultSchemeIds } from "../../core/quant/default-schemes.js";
import { loadFormats } from "../../io/format-files.js";
import { findDataFolder } from "../../io/catalogue-files.js";
import { knownResults } from "../../io/quant/cached-results.js";
import { measureSensitivity } from "../../io/quant/measure-in-worker.js";
import { measureRequest } from "../../protocol/requests.js";
import { type Feature, fence } from "../feature.js";
import { bindingsOf, bindingsText, pathOf } from "../subject.js";

const generatedCount = 8;

/** `ridgepoint/measure`: sensitivity with data, in a thread of its own, with progress that can be cancelled. */
export const measureFeature: Feature = {
  id: "measure",
  register: (server) => {
    const { connection, workspace } = server;
    const ourMistake = {
      kind: "impossible" as const,
      message: "Something went wrong in Ridgepoint; the log says what.",
    };
    connection.onRequest(
      measureRequest,
      fence(server, "measure", ourMistake, async ({ uri, place }, signal) => {
        const subject = await workspace.subjectOf(uri);
        if (subject === undefined)
          return { kind: "impossible", message: "Only model files on this machine can be run." };
        const isTraced = subject.source.kind === "python";
        const ownPath = pathOf(subject);
        const found = isTraced
          ? await server.engine.ask("boundModel", { subject }, workspace.jobFor(subject, signal))
          : ownPath === undefined
            ? { reason: "Only model files on this machine can be run." }
            : { modelPath: ownPath };
        if ("reason" in found) return { kind: "impossible", message: found.reason };
        const { modelPath } = found;
        const schemes = schemesOf(await findDataFolder(), defaultSchemeIds);
        const activationSchemes = schemesOf(await findDataFolder(), activationSchemeIds);
        const progress = await connection.window.createWorkDoneProgress();
        progress.begin("Ridgepoint", undefined, `running ${subject.fileName}`, true);
        try {
          const answer = await measureSensitivity(
            {
              ...found,
              bindings: bindingsOf(subject),
              schemes,
              activationSchemes,
              samples:
                place === null
                  ? { kind: "generated", count: generatedCount }
                  : { kind: "files", place },
            },
            {
              get isCancelled() {
                return signal.aborted || progress.token.isCancellationRequested;
              },
            },
            (sentence) => progress.report(sentence),
          );
          if (answer.kind === "impossible") return { kind: "impossible", message: answer.reason };
          const measured = {
            schemeIds: schemes.map(({ id }) => id),
            activationSchemeIds: activationSchemes.map(({ id }) => id),
            layers: [...answer.byNode],
            source: answer.source,
          };
          workspace.keepMeasured(uri, measured, subject.source);
          // The nodes of a traced model are those of one run.
          if (!isTraced) knownResults(modelPath)?.keepMeasured(bindingsText(subject), measured);
          server.announceChange([uri]);
          return { kind: "measured", message: answer.source };
        } catch (error) {
          if (error instanceof Cancelled) return { kind: "cancelled", message: "" };
          throw error;
        } finally {
          progress.done();
        }
      }),
    );
  },
};

function schemesOf(dataFolder: string, ids: readonly string[]): readonly Scheme[] {
  const formats = loadFormats(dataFolder).value;
  return ids
    .map((id) => parseScheme(id, formats))
    .filter((scheme): scheme is Scheme => typeof scheme !== "string");
}
