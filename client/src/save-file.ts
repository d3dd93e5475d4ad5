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
