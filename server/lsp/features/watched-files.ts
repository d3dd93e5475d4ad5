import { isReportName } from "../../core/design/measured/report-names.js";
import { isDesignFile } from "../design-documents.js";
import { isProjectName } from "../../core/hls/project/project-file.js";
import { type Feature, type ServerContext, fence } from "../feature.js";
import { modelUriOf, normalUri } from "../model-uri.js";

/**
 * A model file, or the data beside it, changed on disk. Data files carry no numbers of their own names in our caches,
 * so every model of the same folder counts as changed; the worker looks at sizes and times and keeps what still holds.
 */
export const watchedFilesFeature: Feature = {
  id: "watched-files",
  register: (server) => {
    const { connection, workspace } = server;
    connection.onDidChangeWatchedFiles(
      (params) =>
        void fence(server, "watched-files", null, async ({ changes }: typeof params) => {
          followPython(
            server,
            changes.map((change) => change.uri),
          );
          followDesigns(
            server,
            changes.map((change) => change.uri),
          );
          if (await workspace.describesAccelerator(changes.map(({ uri }) => uri)))
            server.announceChange(workspace.forgetAccelerators());
          const changed = new Set(changes.map((change) => normalUri(change.uri)));
          const folders = new Set([...changed].map(folderOf));
          const models = workspace
            .askedModels()
            .filter((uri) => changed.has(uri) || folders.has(folderOf(uri)));
          for (const uri of models) workspace.bumpModel(uri);
          if (models.length > 0) server.announceChange(models.map(modelUriOf));
          return null;
        })(params, neverCancelled),
    );
  },
};

/** An open file's text is what counts, not what lies on disk; any other may be imported by those that are open. */
function followPython(server: ServerContext, uris: readonly string[]): void {
  const { workspace, python } = server;
  const open = new Set(workspace.documents.all().map(({ uri }) => normalUri(uri)));
  const isNews = uris.some((uri) => /\.pyi?$/.test(uri) && !open.has(normalUri(uri)));
  if (!isNews) return;
  python.filesChanged();
  const bumped = workspace.bumpPython();
  if (bumped.length > 0) server.announceChange(bumped);
}

/** Other sources of a design, its project, and reports of other tools on it. */
function followDesigns(
  { design, workspace, announceChange }: ServerContext,
  uris: readonly string[],
): void {
  const open = new Set(workspace.documents.all().map(({ uri }) => normalUri(uri)));
  const isNews = uris.some(
    (uri) =>
      !open.has(normalUri(uri)) && (isDesignFile(uri) || isReportName(uri) || isProjectName(uri)),
  );
  if (!isNews) return;
  const changed = design.invalidate();
  for (const uri of changed) workspace.renew(uri);
  if (changed.length > 0) announceChange(changed);
}

const neverCancelled = {
  isCancellationRequested: false,
  onCancellationRequested: () => ({ dispose: () => undefined }),
};

function folderOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf("/"));
}
