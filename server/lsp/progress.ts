import type { Connection } from "vscode-languageserver/node";

/** Work-done progress with a button to cancel. Answers what ends it, which may be called before the client answered. */
export function showProgress(
  connection: Connection,
  title: string,
  cancel: () => void,
): () => void {
  let isOver = false;
  let end = (): void => undefined;
  const begin = async (): Promise<void> => {
    const progress = await connection.window.createWorkDoneProgress();
    if (isOver) return;
    progress.begin("Ridgepoint", undefined, `analysing ${title}`, true);
    progress.token.onCancellationRequested(cancel);
    end = () => progress.done();
  };
  begin().catch((error: unknown) => connection.console.warn(`progress: ${String(error)}`));
  return () => {
    isOver = true;
    end();
  };
}
