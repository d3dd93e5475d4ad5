import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

/** The import table of ARCHITECTURE.md. Anything not listed for a layer is forbidden there. */
const layers: readonly Layer[] = [
  { folder: "server/core", folders: ["server/core"], packages: ["protobufjs/minimal.js"] },
  {
    folder: "server/protocol",
    folders: ["server/protocol"],
    typeFolders: ["server/core"],
    packages: [],
    packagesOf: { "server/protocol/requests.ts": ["vscode-languageserver-protocol"] },
  },
  {
    folder: "server/io",
    folders: ["server/io", "server/engines", "server/core", "server/protocol"],
    packages: [],
    packagesOf: {
      "server/io/accelerator-file.ts": ["jsonc-parser"],
      "server/io/config-lines.ts": ["jsonc-parser"],
    },
    node: true,
  },
  {
    folder: "server/engines",
    folders: ["server/engines", "server/core"],
    packages: ["web-tree-sitter"],
    node: true,
  },
  {
    folder: "server/lsp",
    folders: ["server/lsp", "server/io", "server/engines", "server/core", "server/protocol"],
    packages: [
      "vscode-languageserver",
      "vscode-languageserver/node",
      "vscode-languageserver/node.js",
      "vscode-languageserver-textdocument",
      "vscode-uri",
    ],
    node: true,
  },
  {
    folder: "server/cli",
    folders: [
      "server/cli",
      "server/io",
      "server/engines",
      "server/core",
      "server/lsp",
      "server/protocol",
    ],
    packages: ["vscode-languageserver/node", "vscode-languageserver/node.js"],
    node: true,
  },
  {
    folder: "client",
    folders: ["client", "server/protocol", "server/core/base/units.ts"],
    typeFolders: ["server/core"],
    packages: [
      "vscode",
      "vscode-languageclient",
      "vscode-languageclient/node",
      "vscode-languageclient/node.js",
    ],
    node: true,
  },
  {
    folder: "webviews",
    folders: ["webviews", "server/protocol/rpc.ts", "server/core/base/units.ts"],
    typeFolders: ["server/protocol", "server/core"],
    packages: ["@vscode-elements/elements"],
  },
];

interface Layer {
  readonly folder: string;
  readonly folders: readonly string[];
  readonly typeFolders?: readonly string[];
  readonly packages: readonly string[];
  readonly packagesOf?: Readonly<Record<string, readonly string[]>>;
  readonly node?: boolean;
}

const root = path.resolve(import.meta.dirname, "..");
const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "");
const sources = tracked.filter((file) => /\.tsx?$/.test(file));
const read = (file: string): string => readFileSync(path.join(root, file), "utf8");

test("imports keep to the layers", () => {
  const leaks = sources.flatMap((file) => leaksOf(file, read(file)));
  expect(leaks).toEqual([]);
});

test("a leak is seen", () => {
  expect(leaksOf("server/core/graph/x.ts", 'import { readFileSync } from "node:fs";')).toHaveLength(
    1,
  );
  expect(
    leaksOf("server/core/graph/x.ts", 'import { Range } from "vscode-languageserver";'),
  ).toHaveLength(1);
  expect(
    leaksOf(
      "webviews/src/panels/x.ts",
      'import { views } from "../../../server/core/views/index.generated.js";',
    ),
  ).toHaveLength(1);
  expect(
    leaksOf(
      "webviews/src/panels/x.ts",
      'import type { views } from "../../../server/core/views/index.generated.js";',
    ),
  ).toEqual([]);
});

test("no file outgrows one idea", () => {
  const long = sources
    .filter((file) => !file.endsWith(".generated.ts"))
    .map((file) => ({ file, lineCount: read(file).split("\n").length }))
    .filter(({ lineCount }) => lineCount > 500);
  expect(long).toEqual([]);
});

test("nothing is skipped or left undone", () => {
  const marks = sources.filter(
    (file) =>
      file !== "test/tidy.test.ts" &&
      /\b(TODO|FIXME)\b|\b(it|test|describe)\.(skip|todo|only)\b/.test(read(file)),
  );
  expect(marks).toEqual([]);
});

test("no machine paths and no registry hosts", () => {
  const host = new RegExp(
    ["registry\\.[a-z]+js\\.", "deb\\.[a-z]+\\.org", "/(work|farm)/(main|shared)"].join("|"),
  );
  const files = tracked.filter(
    (file) =>
      /\.(ts|mjs|cjs|js|json|md|sh|css)$/.test(file) &&
      file !== "test/tidy.test.ts" &&
      file !== "package-lock.json",
  );
  expect(files.filter((file) => host.test(read(file)))).toEqual([]);
});

function leaksOf(file: string, text: string): readonly string[] {
  const layer = layers.find(({ folder }) => file.startsWith(`${folder}/`));
  if (layer === undefined) return [];
  const leaks: string[] = [];
  const pattern =
    /^\s*(?:import|export)\s+(type\s)?[^"';]*?from\s+"([^"]+)"|^\s*import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm;
  for (const found of text.matchAll(pattern)) {
    const specifier = found[2] ?? found[3] ?? found[4] ?? "";
    if (!isAllowed(layer, file, specifier, found[1] !== undefined))
      leaks.push(`${file} imports ${specifier}`);
  }
  return leaks;
}

function isAllowed(layer: Layer, file: string, specifier: string, isTypeOnly: boolean): boolean {
  if (specifier.startsWith("node:")) return layer.node === true;
  if (specifier.startsWith(".")) {
    const target = path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, ".ts");
    const inside = (folder: string): boolean =>
      target === folder || target.startsWith(`${folder}/`);
    return layer.folders.some(inside) || (isTypeOnly && (layer.typeFolders ?? []).some(inside));
  }
  const allowed = [...layer.packages, ...(layer.packagesOf?.[file] ?? [])];
  return allowed.some(
    (name) =>
      specifier === name ||
      (name === "@vscode-elements/elements" && specifier.startsWith(`${name}/`)),
  );
}
