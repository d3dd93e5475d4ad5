// Bundles the pages: one script and one style sheet for each panel, and the icon font beside them.
import { cp, mkdir } from "node:fs/promises";
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** esbuild options for all panels; each `.ts` and `.css` in `webviews/src/panels` is an entry. */
export function pageOptions({ outdir, isProduction }) {
  const panels = path.join(root, "webviews/src/panels");
  return {
    absWorkingDir: root,
    bundle: true,
    sourcemap: !isProduction,
    minify: isProduction,
    logLevel: "warning",
    target: "es2022",
    legalComments: "none",
    platform: "browser",
    format: "esm",
    splitting: true,
    entryPoints: readdirSync(panels)
      .filter((name) => /\.(ts|css)$/.test(name))
      .map((name) => path.join(panels, name)),
    outdir,
    entryNames: "[name]",
  };
}

/** The style sheet names its font relative to itself, so both are copied as they are. */
export async function copyIcons(outdir) {
  await mkdir(outdir, { recursive: true });
  for (const name of ["codicon.ttf", "codicon.css"])
    await cp(path.join(root, "node_modules/@vscode/codicons/dist", name), path.join(outdir, name));
}
