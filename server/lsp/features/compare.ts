import { pathToFileURL } from "node:url";
import { fileAtRevision, pythonAtRevision } from "../../io/git-revision.js";
import { compareRequest, type CompareReply } from "../../protocol/requests.js";
import { askAgain } from "../ask-again.js";
import { JobStopped } from "../engine.js";
import { type Feature, fence } from "../feature.js";
import { fileNameOf, filePathOf, modelUriOf } from "../model-uri.js";
import type { Subject } from "../worker-api.js";

const ourMistake: CompareReply = {
  kind: "failed",
  message: "Something went wrong in Ridgepoint; the log says what.",
};

/** `ridgepoint/compare`: the model of a page beside another file, a revision, or itself on another target. */
export const compareFeature: Feature = {
  id: "compare",
  register: (server) => {
    const { connection, engine, workspace } = server;
    connection.onRequest(
      compareRequest,
      fence(server, "compare", ourMistake, async ({ uri, before, ...params }, signal) => {
        let dispose = (): Promise<void> => Promise.resolve();
        try {
          return await askAgain(async (): Promise<CompareReply> => {
            const wanted = [params.leftTarget, params.rightTarget].flatMap((id) => id ?? []);
            const suppose = wanted.length === 0 ? {} : { targets: [...new Set(wanted)] };
            const subject = await workspace.subjectOf(uri, suppose);
            if (subject === undefined)
              return { kind: "failed", message: "Only files on this machine can be analysed." };
            if (before.kind === "proposal") {
              const job = workspace.jobFor(subject, signal);
              const plan = await engine.ask("recipe", { subject, recipe: "json" }, job);
              if ("reason" in plan) return { kind: "failed", message: plan.reason };
              const left = { name: "proposed plan", text: plan.text };
              return engine.ask(
                "comparePlans",
                { subject, left, right: null, limit: params.limit },
                job,
              );
            }
            if (before.kind === "plans")
              return engine.ask(
                "comparePlans",
                { subject, left: before.left, right: before.right, limit: params.limit },
                workspace.jobFor(subject, signal),
              );
            let other: Subject = subject;
            if (before.kind === "revision") {
              const file = filePathOf(modelUriOf(uri));
              if (file === undefined)
                return { kind: "failed", message: "Only files on this machine can be analysed." };
              try {
                if (subject.source.kind === "python") {
                  const texts = await pythonAtRevision(file, before.revision);
                  const variant = { id: `revision-${before.revision}`, texts };
                  const then = await workspace.subjectOf(uri, suppose, variant);
                  if (then === undefined) throw new Error(notAModel(file, before.revision));
                  other = then;
                } else {
                  const copy = await fileAtRevision(file, before.revision);
                  ({ dispose } = copy);
                  other = fileSubject(subject, copy.file);
                }
              } catch (error) {
                if (error instanceof JobStopped) throw error;
                return {
                  kind: "failed",
                  message: error instanceof Error ? error.message : String(error),
                };
              }
            } else if (before.kind === "model") {
              const then = await workspace.subjectOf(before.uri, suppose);
              if (then === undefined)
                return { kind: "failed", message: "Only files on this machine can be analysed." };
              other = { ...then, choice: subject.choice };
            }
            const job = workspace.jobFor(subject, signal);
            return engine.ask(
              "compare",
              { left: other, right: subject, params },
              { ...job, ...(other !== subject && { other: workspace.jobFor(other, signal) }) },
            );
          });
        } catch (error) {
          if (error instanceof JobStopped && error.reason === "failed")
            return { kind: "failed", message: error.message };
          throw error;
        } finally {
          await dispose();
        }
      }),
    );
  },
};

/** Another file under the same targets and bindings; it is read from disk, whatever an editor has of it. */
function fileSubject(subject: Subject, path: string): Subject {
  const uri = pathToFileURL(path).toString();
  return { ...subject, uri, fileName: fileNameOf(uri), source: { kind: "file", path } };
}

function notAModel(file: string, revision: string): string {
  return `\`${fileNameOf(pathToFileURL(file).toString())}\` made no model at \`${revision}\`: it did not use PyTorch then.`;
}
