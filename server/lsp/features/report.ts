import { reportFormats } from "../../core/reports/index.generated.js";
import { designReport } from "../../core/views/design/design-report.js";
import { reportRequest } from "../../protocol/requests.js";
import { askAgain } from "../ask-again.js";
import { isDesignLanguage } from "../design-documents.js";
import { type Feature, fence } from "../feature.js";
import { isKernelsAlone } from "../kernel-documents.js";
import { fileNameOf, modelUriOf } from "../model-uri.js";

const noReport: { readonly text: string | null } = { text: null };

/** `ridgepoint/report`: the document that the command line prints. */
export const reportFeature: Feature = {
  id: "report",
  register: (server) => {
    const { connection, engine, workspace } = server;
    connection.onRequest(
      reportRequest,
      fence(server, "report", noReport, ({ uri, format }, signal) =>
        askAgain(async () => {
          const document = server.workspace.documents.get(uri);
          if (document !== undefined && isDesignLanguage(document)) {
            const design = await server.design.design(document);
            const render = reportFormats.find((one) => one.id === format)?.render;
            if (design === undefined || render === undefined) return noReport;
            const report = designReport(fileNameOf(uri), design);
            return {
              text: render(report, { targetLabels: new Map(), width: 120, hasMemory: false }),
            };
          }
          if (document !== undefined && isKernelsAlone(document)) {
            const question = await server.kernels.question(document);
            if (question === undefined) return noReport;
            const fileName = fileNameOf(uri);
            const job = server.kernels.job(document, signal);
            return engine.ask("kernelReport", { ...question, format, fileName }, job);
          }
          const subject = await workspace.subjectOf(uri);
          if (subject === undefined) return noReport;
          const file = fileNameOf(modelUriOf(uri));
          const job = workspace.jobFor(subject, signal);
          return engine.ask("report", { subject, format, file }, job);
        }),
      ),
    );
  },
};
