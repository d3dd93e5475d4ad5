import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { commands } from "../../client/src/commands/index.generated.js";

const root = path.resolve(import.meta.dirname, "../..");
const text = readFileSync(path.join(root, "package.json"), "utf8");
const manifest = JSON.parse(text) as {
  activationEvents: string[];
  contributes: {
    commands: { command: string }[];
    menus: Record<string, { command: string; when?: string }[]>;
    customEditors: { viewType: string }[];
    languages: { id: string; configuration: string }[];
    grammars: { path: string }[];
    walkthroughs: {
      steps: { description: string; media: { svg?: string; markdown?: string } }[];
    }[];
  };
  icon: string;
};

test("every command of a menu and of the walkthrough exists", () => {
  const known = new Set(commands.map(({ id }) => `ridgepoint.${id}`));
  const used = [
    ...Object.values(manifest.contributes.menus)
      .flat()
      .map(({ command }) => command),
    ...[...text.matchAll(/command:(ridgepoint\.\w+)/g)].map(([, command]) => command!),
  ];
  expect(used.filter((command) => !known.has(command))).toEqual([]);
});

test("every file that the manifest names is there", () => {
  const { languages, grammars, walkthroughs } = manifest.contributes;
  const files = [
    manifest.icon,
    ...languages.map(({ configuration }) => configuration),
    ...grammars.map((grammar) => grammar.path),
    ...walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg ?? media.markdown!)),
    ...[...text.matchAll(/"\.?\/?(media\/[^"]+)"/g)].map(([, file]) => file!),
  ];
  expect(files.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
});

test("languages and editors activate the extension", () => {
  const { languages, customEditors } = manifest.contributes;
  expect(manifest.activationEvents).toEqual(
    expect.arrayContaining([
      ...languages.map(({ id }) => `onLanguage:${id}`),
      ...customEditors.map(({ viewType }) => `onCustomEditor:${viewType}`),
    ]),
  );
});
