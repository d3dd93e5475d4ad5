import type { TextSpan } from "../../base/text-span.js";
import { type PythonLine, linesOf } from "./python-lines.js";

/**
 * Where a Python file speaks of models, found in the text alone: lenses stand there before anything has run, and stay
 * while the text has errors.
 */
export interface SourceAnchor {
  readonly kind: "class" | "factory" | "instance";
  readonly name: string;
  /** Text of the pin that the anchor stands for; undefined for the definition itself. */
  readonly pin: string | undefined;
  /** Name of the class, function or variable; for a pin, its comment. */
  readonly span: TextSpan;
  /** Start of the first line of the definition, decorators included: where a pin would go. */
  readonly start: number;
}

/** More than anyone looks at; a generated file may have a thousand classes. */
const anchorLimit = 200;

/** In the order of the text: an anchor for each model class and factory, or for each of its pins. */
export function sourceAnchors(text: string): readonly SourceAnchor[] {
  const lines = linesOf(text);
  const blocks = definitionsOf(lines, text);
  const classes = moduleClasses(blocks);
  const makers = factories(blocks, classes);
  const found = blocks.filter(({ kind, name }) =>
    kind === "class" ? classes.has(name) : makers.has(name),
  );
  const definitions = found.length > 0 ? found : instancesOf(lines, text, classes);
  return definitions.flatMap((block) => withPins(block, lines)).slice(0, anchorLimit);
}

interface Block {
  readonly kind: SourceAnchor["kind"];
  readonly name: string;
  readonly nameSpan: TextSpan;
  /** Header and body as written. */
  readonly text: string;
  /** Index of the first line, decorators included. */
  readonly firstLine: number;
}

/** Classes and functions that stand at the top level, also under `if` and `try`. */
function definitionsOf(lines: readonly PythonLine[], text: string): readonly Block[] {
  const blocks: Block[] = [];
  for (let index = 0; index < lines.length;) {
    const line = lines[index];
    const header = line?.isCode === true ? headerOf(text, line) : undefined;
    if (line === undefined || header === undefined) {
      index += 1;
      continue;
    }
    let end = index + 1;
    while (end < lines.length) {
      const next = lines[end];
      if (next?.isCode === true && next.indent <= line.indent) break;
      end += 1;
    }
    let firstLine = index;
    while (firstLine > 0 && isDecorator(lines[firstLine - 1], line.indent)) firstLine -= 1;
    blocks.push({
      ...header,
      text: text.slice(line.start + line.indent, lines[end]?.start ?? text.length),
      firstLine,
    });
    index = end;
  }
  return blocks;
}

function headerOf(
  text: string,
  line: PythonLine,
): Pick<Block, "kind" | "name" | "nameSpan"> | undefined {
  const head = /^(class|def)([ \t]+)([A-Za-z_]\w*)/.exec(line.text.slice(line.indent));
  if (head === null) return undefined;
  const [, keyword = "", gap = "", name = ""] = head;
  const start = line.start + line.indent + keyword.length + gap.length;
  return {
    kind: keyword === "class" ? "class" : "factory",
    name,
    nameSpan: { start, end: Math.min(text.length, start + name.length) },
  };
}

function isDecorator(line: PythonLine | undefined, indent: number): boolean {
  return line?.isCode === true && line.indent === indent && line.text.charAt(indent) === "@";
}

/** Derived from what is called a Module, from another such class, or with a base and a `forward` of its own. */
function moduleClasses(blocks: readonly Block[]): ReadonlySet<string> {
  const found = new Set<string>();
  const classes = blocks.filter(({ kind }) => kind === "class");
  for (let isGrowing = true; isGrowing;) {
    isGrowing = false;
    for (const { name, text } of classes) {
      if (found.has(name) || !isModuleClass(text, found)) continue;
      found.add(name);
      isGrowing = true;
    }
  }
  return found;
}

function isModuleClass(text: string, known: ReadonlySet<string>): boolean {
  const bases = /^class\s+\w+\s*(?:\[[^\]]*\])?\s*\(([^)]*)\)/.exec(text)?.[1];
  if (bases === undefined) return false;
  const names = bases.split(",").map((base) => base.replace(/\[.*$/, "").trim());
  const isModule = names.some(
    (base) =>
      /(?:Module|PreTrainedModel|Sequential)$/.test(base) ||
      /^(?:torch\.)?nn\.\w+$/.test(base) ||
      known.has(base),
  );
  return isModule || (names[0] !== "" && /^[ \t]+def forward\s*\(\s*self\b/m.test(text));
}

/** Functions that return a module by their annotation, or what a class of modules or another factory makes. */
function factories(blocks: readonly Block[], classes: ReadonlySet<string>): ReadonlySet<string> {
  const makers = new Set(classes);
  const functions = blocks.filter(({ kind, name }) => kind === "factory" && name !== "main");
  const found = new Set<string>();
  for (let isGrowing = true; isGrowing;) {
    isGrowing = false;
    for (const { name, text } of functions) {
      if (found.has(name) || !isFactory(text, classes, makers)) continue;
      found.add(name);
      makers.add(name);
      isGrowing = true;
    }
  }
  return found;
}

function isFactory(
  text: string,
  classes: ReadonlySet<string>,
  makers: ReadonlySet<string>,
): boolean {
  const returned = /\)\s*->\s*["']?([\w.]+)["']?\s*:/.exec(text)?.[1];
  const annotation = returned?.slice(returned.lastIndexOf(".") + 1) ?? "";
  if (/^(?:Module|Sequential|ModuleList)$/.test(annotation) || classes.has(annotation)) return true;
  const made = new Set<string>();
  for (const [, target = "", call = "", rest = ""] of text.matchAll(
    /^[ \t]+(\w+)[ \t]*(?::[^=\n]*)?=[ \t]*([\w.]+)[ \t]*\(([^\n]*)/gm,
  ))
    if (isMaking(call, rest, makers)) made.add(target);
  for (const [, call = "", , rest = ""] of text.matchAll(
    /^[ \t]+return[ \t]+([\w.]+)[ \t]*(\(([^\n]*))?/gm,
  ))
    if (made.has(call) || (rest !== "" && isMaking(call, rest, makers))) return true;
  return /^[ \t]+return[ \t]+([\w.]+)\(\s*\)/m.test(text)
    ? isMaking(/^[ \t]+return[ \t]+([\w.]+)\(\s*\)/m.exec(text)?.[1] ?? "", "", makers)
    : false;
}

/** `ResNet(…)`, `nn.Sequential(…)`, and `_create(ResNet, …)`: a maker that is handed the class. */
function isMaking(call: string, rest: string, makers: ReadonlySet<string>): boolean {
  const name = call.slice(call.lastIndexOf(".") + 1);
  if (makers.has(name) || name === "Sequential") return true;
  if (!/^_?(?:build|make|create)/.test(name)) return false;
  return [...rest.matchAll(/\b[A-Za-z_]\w*\b/g)].some(([word]) => makers.has(word));
}

/** For a script without definitions: `model = timm.create_model(…)`, also in its main block. */
function instancesOf(
  lines: readonly PythonLine[],
  text: string,
  classes: ReadonlySet<string>,
): readonly Block[] {
  return lines.flatMap((line, firstLine): Block[] => {
    if (!line.isCode) return [];
    const found = /^\s*([A-Za-z_]\w*)\s*(?::[^=]*)?=\s*([\w.]+)\s*\(/.exec(line.text);
    const [, name = "", call = ""] = found ?? [];
    const isMade =
      call.endsWith("create_model") ||
      isMaking(call, "", classes) ||
      /^(?:torchvision\.)?models\.\w+$/.test(call);
    if (found === null || !isMade) return [];
    const start = line.start + line.indent;
    const nameSpan = { start, end: Math.min(text.length, start + name.length) };
    return [{ kind: "instance", name, nameSpan, text: line.text, firstLine }];
  });
}

/** Pins stand in the comments above a definition, as `ridgepoint/pins.py` reads them. */
function withPins(block: Block, lines: readonly PythonLine[]): readonly SourceAnchor[] {
  const { kind, name, nameSpan, firstLine } = block;
  const start = lines[firstLine]?.start ?? nameSpan.start;
  const pins: SourceAnchor[] = [];
  for (let index = firstLine - 1; index >= 0; index -= 1) {
    const line = lines[index];
    if (line === undefined || line.isCode || line.isInside) break;
    const found = /^(\s*)#\s*ridgepoint\s*:\s*(.*)$/.exec(line.text);
    // What quantization reads is no configuration (`quantization-pins.ts`).
    if (found === null || /^(?:(?:weights|format)=[^\s;,]+[\s;,]*)+$/.test(found[2] ?? ""))
      continue;
    const from = line.start + (found[1] ?? "").length;
    pins.unshift({
      kind,
      name,
      pin: (found[2] ?? "").trim(),
      span: { start: from, end: line.start + line.text.trimEnd().length },
      start,
    });
  }
  return pins.length > 0 ? pins : [{ kind, name, pin: undefined, span: nameSpan, start }];
}
