import * as vscode from "vscode";

/** Asks for a place beside the model and writes there; the name of the file, or null when the user cancels. */
export async function saveFile(
  beside: vscode.Uri,
  {
    name,
    content,
    isBase64 = false,
  }: { readonly name: string; readonly content: string; readonly isBase64?: boolean },
): Promise<string | null> {
  const extension = name.slice(name.lastIndexOf(".") + 1);
  const uri = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(beside, "..", name.replace(/[\\/:*?"<>|]/g, "_")),
    filters: { [extension.toUpperCase()]: [extension] },
  });
  if (uri === undefined) return null;
  await vscode.workspace.fs.writeFile(uri, Buffer.from(content, isBase64 ? "base64" : "utf8"));
  return uri.path.slice(uri.path.lastIndexOf("/") + 1);
}

/** The same for a command: the status bar says what has been written. */
export async function saveFileAndTell(
  beside: vscode.Uri,
  file: { readonly name: string; readonly content: string },
): Promise<void> {
  const name = await saveFile(beside, file);
  if (name !== null) vscode.window.setStatusBarMessage(`Ridgepoint: wrote ${name}`, 4000);
}

/** Results are lines of reports; more than this is no file that a panel can show. */
const readLimit = 64 * 1024 * 1024;

/** Asks for a text file and reads it; null when the user cancels. */
export async function readText({
  title,
  extensions,
}: {
  readonly title: string;
  readonly extensions: readonly string[];
}): Promise<{ readonly name: string; readonly text: string } | null> {
  const [uri] =
    (await vscode.window.showOpenDialog({ title, filters: { Results: [...extensions] } })) ?? [];
  if (uri === undefined) return null;
  const name = uri.path.slice(uri.path.lastIndexOf("/") + 1);
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > readLimit) throw new Error(`\`${name}\` is larger than 64 MiB.`);
  const bytes = await vscode.workspace.fs.readFile(uri);
  return { name, text: Buffer.from(bytes).toString("utf8") };
}
