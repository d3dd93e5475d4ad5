// Writes the registries (`index.generated.ts`) and the generated sections of package.json. `--check` writes nothing
// and fails when something is stale. Registries stay explicit and greppable, and nobody edits a list.
import { readFileSync, readdirSync, writeFileSync, existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
const isCheck = process.argv.includes("--check");
const stale = [];

/** Plug-in files of a folder: every `.ts` that exports the given name, so helpers may stand beside them. */
function plugins(folder, exported) {
  return readdirSync(folder, { recursive: true })
    .map((name) => String(name).split(path.sep).join("/"))
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".generated.ts"))
    .filter((name) =>
      new RegExp(`^export (const|function) ${exported}\\b`, "m").test(
        readFileSync(path.join(folder, name), "utf8"),
      ),
    )
    .sort()
    .map((name) => ({
      name,
      id: path.basename(name, ".ts"),
      ident: camel(name.replace(/\.ts$/, "")),
    }));
}

function camel(name) {
  return name.replace(/[^a-zA-Z0-9]+(.)/g, (_, letter) => letter.toUpperCase());
}

function put(file, text) {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  if (isCheck) stale.push(file);
  else {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function registry(folder, exported, body) {
  const found = plugins(folder, exported);
  const imports = found.map(
    (plugin) =>
      `import { ${exported} as ${plugin.ident} } from "./${plugin.name.replace(/\.ts$/, ".js")}";`,
  );
  put(
    `${folder}/index.generated.ts`,
    `// Written by scripts/gen.mjs; do not edit.\n${imports.join("\n")}\n${body(found)}`,
  );
}

registry(
  "server/core/ops",
  "rule",
  (found) =>
    `import type { OpRule } from "./rule.js";\n\nexport const rules: readonly OpRule[] = [\n${found.map((p) => `  ${p.ident},`).join("\n")}\n];\n`,
);
registry(
  "server/core/formats",
  "format",
  (found) =>
    `import type { ModelFormat } from "./format.js";\n\nexport const formats: readonly ModelFormat[] = [\n${found.map((p) => `  ${p.ident},`).join("\n")}\n];\n`,
);
registry(
  "server/core/lower",
  "pass",
  (found) =>
    `import type { LoweringPass } from "./pass.js";\n\nexport const passes: readonly LoweringPass[] = [\n${found.map((p) => `  ${p.ident},`).join("\n")}\n];\n`,
);
registry(
  "server/core/cost/calibrated/models",
  "kernelModel",
  (found) =>
    `import type { KernelModel } from "../kernel-model.js";\n\nexport const kernelModels: readonly KernelModel[] = [\n${found.map((p) => `  ${p.ident},`).join("\n")}\n];\n`,
);
registry(
  "server/core/views",
  "view",
  (found) =>
    `\nexport const views = {\n${found.map((p) => `  ${JSON.stringify(p.id)}: ${p.ident},`).join("\n")}\n} as const;\n`,
);
registry(
  "server/core/reports",
  "report",
  (found) =>
    `import type { ReportFormat } from "./report.js";\n\nexport const reportFormats: readonly ReportFormat[] = [\n${found.map((p) => `  ${p.ident},`).join("\n")}\n];\n`,
);
registry(
  "server/core/exports",
  "exportFormat",
  (found) =>
    `import type { ExportFormat } from "./export-format.js";\n\nexport const exportFormats: readonly ExportFormat[] = [\n${found.map((p) => `  ${p.ident},`).join("\n")}\n];\n`,
);
registry(
  "server/core/design/rtl/rules",
  "rtlRule",
  (found) =>
    `import type { RtlRule } from "./rule.js";\n\nexport const rtlRules: readonly RtlRule[] = [\n${found.map((p) => `  ${p.ident},`).join("\n")}\n];\n`,
);
registry(
  "server/core/design/measured",
  "measuredFormat",
  (found) =>
    `import type { MeasuredFormat } from "./measured-format.js";\n\nexport const measuredFormats: readonly MeasuredFormat[] = [\n${found.map((p) => `  ${p.ident},`).join("\n")}\n];\n`,
);
registry(
  "server/io/design",
  "designAnalyst",
  (found) =>
    `import type { DesignAnalyst } from "./design-request.js";\n\nexport const designAnalysts: readonly DesignAnalyst[] = [\n${found.map((p) => `  ${p.ident},`).join("\n")}\n];\n`,
);
registry(
  "server/cli",
  "command",
  (found) =>
    `import type { Command } from "./command.js";\n\nexport const commands: readonly Command[] = [\n${found.map((p) => `  ${p.ident},`).join("\n")}\n];\n`,
);
registry(
  "client/src/commands",
  "command",
  (found) =>
    `import type { ClientCommand } from "../command.js";\n\nexport const commands: readonly ClientCommand[] = [\n${found.map((p) => `  ${p.ident},`).join("\n")}\n];\n`,
);

/** Bundles a module of ours in memory and imports it. `vscode` is replaced by an empty object. */
async function load(entry) {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    logLevel: "silent",
    plugins: [
      {
        name: "no-vscode",
        setup(b) {
          b.onResolve({ filter: /^vscode$/ }, () => ({ path: "vscode", namespace: "none" }));
          b.onLoad({ filter: /.*/, namespace: "none" }, () => ({
            contents: "module.exports = {}",
          }));
        },
      },
    ],
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  const text = result.outputFiles[0].text;
  return import(
    `data:text/javascript;base64,${Buffer.from(text.replace("import.meta.url", JSON.stringify(`file://${root}x.js`))).toString("base64")}`
  );
}

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
manifest.contributes ??= {};
const { settingRows } = await load("server/protocol/settings.ts");
manifest.contributes.configuration = {
  title: "Ridgepoint",
  properties: Object.fromEntries(
    Object.values(settingRows).map((row) => [
      `ridgepoint.${row.key}`,
      { ...row.schema, default: row.fallback, markdownDescription: row.text, scope: "resource" },
    ]),
  ),
};
if (existsSync("client/src/commands/index.generated.ts") && existsSync("client/src/command.ts")) {
  const { commands } = await load("client/src/commands/index.generated.ts");
  manifest.contributes.commands = commands.map((command) => ({
    command: `ridgepoint.${command.id}`,
    title: command.title,
    category: "Ridgepoint",
    ...(command.icon && { icon: command.icon }),
    ...(command.enablement && { enablement: command.enablement }),
  }));
}
const { panelIds } = await load("server/protocol/panels.ts");
manifest.activationEvents = [
  ...manifest.activationEvents.filter((event) => !event.startsWith("onWebviewPanel:")),
  ...panelIds.map((id) => `onWebviewPanel:ridgepoint.panel.${id}`),
];
put("package.json", `${JSON.stringify(manifest, null, 2)}\n`);

if (stale.length > 0) {
  console.error(
    `Stale generated files; run \`npm run gen\`:\n${stale.map((file) => `  ${file}`).join("\n")}`,
  );
  process.exit(1);
}
