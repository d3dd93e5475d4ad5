import { cfgDirective, tclDirective } from "./directive-words.js";
import { tclCommands } from "./tcl-commands.js";

/** A directive that stands beside the source: where it holds, and what a pragma there would say. */
export interface ProjectDirective {
  /** `function` or `function/label`. */
  readonly location: string;
  /** What stands behind `#pragma HLS`. */
  readonly text: string;
}

/** What a script or a configuration of Vitis HLS says of a design. Paths are as they are written. */
export interface HlsProject {
  readonly top: string | undefined;
  readonly part: string | undefined;
  readonly clockNanoseconds: number | undefined;
  /** `vitis` builds kernels, `vivado` IP. */
  readonly flow: string | undefined;
  /** Sources of the design, without the test bench. */
  readonly sources: readonly string[];
  readonly includeFolders: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly directives: readonly ProjectDirective[];
  /** Scripts that it runs first. */
  readonly sourced: readonly string[];
}

/** Whether a file is called as scripts and configurations are. */
export function isProjectName(name: string): boolean {
  return /\.(?:cfg|ini|tcl)$/i.test(name);
}

/** Whether a file of this name and text is one of a project of HLS. */
export function isProjectText(name: string, text: string): boolean {
  return name.endsWith(".tcl")
    ? /^[ \t]*(?:set_top|set_directive_\w+|csynth_design|open_solution|open_component)\b/m.test(
        text,
      )
    : /^[ \t]*(?:hls\.)?syn\.(?:file|top|directive)/m.test(text);
}

export function readProject(name: string, text: string): HlsProject {
  return name.endsWith(".tcl") ? readScript(text) : readConfiguration(text);
}

interface Draft {
  top?: string;
  part?: string;
  clockNanoseconds?: number;
  flow?: string;
  sources: string[];
  includeFolders: string[];
  defines: Record<string, string>;
  directives: ProjectDirective[];
  sourced: string[];
}

const emptyDraft = (): Draft => ({
  sources: [],
  includeFolders: [],
  defines: {},
  directives: [],
  sourced: [],
});

/** As UG1399, "Tcl Commands", has them. Every solution begins without directives: the last one counts. */
function readScript(text: string): HlsProject {
  const draft = emptyDraft();
  for (const { words } of tclCommands(text)) {
    const [name = "", ...rest] = words;
    const { bare, options } = optionsOf(rest);
    switch (name) {
      case "set_top":
        setOnce(draft, "top", bare[0]);
        break;
      case "open_solution":
      case "open_component":
        if (rest.includes("-reset")) draft.directives = [];
        setFlow(draft, options.get("flow_target"));
        break;
      case "set_part":
        setOnce(draft, "part", bare[0]);
        break;
      case "create_clock":
        setClock(draft, options.get("period"));
        break;
      case "add_files":
        if (rest.includes("-tb")) break;
        draft.sources.push(...bare.flatMap((one) => one.split(/\s+/)).filter((one) => one !== ""));
        flagsInto(draft, options.get("cflags") ?? "");
        break;
      case "source":
        if (bare[0] !== undefined) draft.sourced.push(bare[0]);
        break;
      default: {
        const directive = tclDirective(name, rest);
        if (directive !== undefined) draft.directives.push(directive);
      }
    }
  }
  return projectOf(draft);
}

/** As UG1399, "HLS Config File Commands", has them: `key=value` a line, sections in brackets. */
function readConfiguration(configuration: string): HlsProject {
  const draft = emptyDraft();
  for (const line of configuration.split(/\r?\n/)) {
    const found = /^[ \t]*(?:hls\.)?([\w.]+)[ \t]*=(.*)$/.exec(line);
    if (found === null) continue;
    const [, key = "", text = ""] = found;
    const value = text.trim();
    if (key === "part") setOnce(draft, "part", value);
    else if (key === "flow_target") setFlow(draft, value);
    else if (key === "clock") setClock(draft, value);
    else if (key === "syn.top") setOnce(draft, "top", value);
    else if (key === "syn.file") draft.sources.push(value);
    else if (key === "syn.cflags") flagsInto(draft, value);
    else if (key.startsWith("syn.directive.")) {
      const directive = cfgDirective(key.slice("syn.directive.".length), value);
      if (directive !== undefined) draft.directives.push(directive);
    }
  }
  return projectOf(draft);
}

function projectOf({ top, part, clockNanoseconds, flow, ...rest }: Draft): HlsProject {
  return { top, part, clockNanoseconds, flow, ...rest };
}

/** Scripts that build several solutions name the part again; the first is the design's own. */
function setOnce(draft: Draft, key: "top" | "part", value: string | undefined): void {
  if (value !== undefined && value !== "" && !value.includes("$")) draft[key] ??= value;
}

function setFlow(draft: Draft, value: string | undefined): void {
  if (value !== undefined && value !== "") draft.flow ??= value;
}

/** `4`, `4ns`, `250MHz`, `250 MHz`. */
function setClock(draft: Draft, text: string | undefined): void {
  const found = /^([\d.]+)\s*(ns|ps|us|[kMG]?hz)?/i.exec(text?.trim() ?? "");
  if (found === null) return;
  const number = Number(found[1]);
  const unit = (found[2] ?? "ns").toLowerCase();
  const scale = { ns: 1, ps: 1e-3, us: 1e3 }[unit];
  const hertz = { hz: 1, khz: 1e3, mhz: 1e6, ghz: 1e9 }[unit];
  const nanoseconds = scale !== undefined ? number * scale : 1e9 / (number * (hertz ?? 1));
  if (Number.isFinite(nanoseconds) && 0 < nanoseconds && nanoseconds < 1e6)
    draft.clockNanoseconds ??= nanoseconds;
}

/** `-I include -DN=4`. */
function flagsInto(draft: Draft, text: string): void {
  for (const [, kind, value = ""] of text.matchAll(/-(I|D)\s*("[^"]*"|[^\s"]+)/g)) {
    const plain = value.replace(/"/g, "");
    if (kind === "I") draft.includeFolders.push(plain);
    else {
      const equals = plain.indexOf("=");
      const name = equals < 0 ? plain : plain.slice(0, equals);
      if (/^\w+$/.test(name)) draft.defines[name] = equals < 0 ? "1" : plain.slice(equals + 1);
    }
  }
}

/** Options with a value (`-period 4`), and the words that are none. */
function optionsOf(words: readonly string[]): {
  readonly bare: readonly string[];
  readonly options: ReadonlyMap<string, string>;
} {
  const bare: string[] = [];
  const options = new Map<string, string>();
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (!word.startsWith("-")) bare.push(word);
    else if (/^-(period|name|cflags|csimflags|flow_target|tool|encoding)$/.test(word)) {
      options.set(word.slice(1), words[at + 1] ?? "");
      at += 1;
    }
  }
  return { bare, options };
}
