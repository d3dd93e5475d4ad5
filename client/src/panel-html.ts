import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

/**
 * The page's document. Nothing may be loaded but the extension's own scripts, styles and fonts; there is no inline
 * script and no data: the page says that it is ready and asks.
 */
export function panelHtml(webview: vscode.Webview, folder: vscode.Uri, page: PageFiles): string {
  const nonce = randomBytes(18).toString("base64");
  const address = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' ${webview.cspSource}`,
    `style-src 'nonce-${nonce}' ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
  ].join("; ");
  const styles = page.styles.map(
    (style) =>
      `    <link rel="stylesheet" href="${escape(address(style))}" nonce="${nonce}"${linkId(style)}>`,
  );
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${escape(policy)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
${styles.join("\n")}
    <title>${escape(page.title)}</title>
  </head>
  <body>
    <div id="app"></div>
    <script type="module" nonce="${nonce}" src="${escape(address(page.script))}"></script>
  </body>
</html>
`;
}

export interface PageFiles {
  readonly title: string;
  /** Relative to the folder of pages. */
  readonly script: string;
  readonly styles: readonly string[];
}

/** The elements library looks for its icon sheet by this id. */
function linkId(style: string): string {
  return style === "codicon.css" ? ' id="vscode-codicon-stylesheet"' : "";
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
