import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { DesignProblem } from "../../../core/design/design.js";
import { blanked } from "../../../core/design/blanked.js";
import { isVhdl } from "../../../core/design/file-kinds.js";
import { sourceFile, sourceLine } from "../../../core/design/places.js";
import type { DesignContext, DesignRequest } from "../design-request.js";
import type { Sources } from "./sources.js";
import { placeInLibraries } from "./vhdl-units.js";
import { lacksDefaults, withDefaults } from "./vhdl-defaults.js";

export interface VhdlOutcome {
  /** With the entities as Verilog whose lines are those of the VHDL; undefined when there is none. */
  readonly sources: Sources | undefined;
  readonly problems: readonly DesignProblem[];
}

const outputLimit = 64 << 20;

/**
 * VHDL is synthesised to Verilog by GHDL, which has to be installed: it says before each statement where it comes from, and
 * `` `line `` hands that on. It runs in a folder of its own, on copies of the sources.
 */
export async function readVhdl(
  request: DesignRequest,
  sources: Sources,
  top: string,
  context: DesignContext,
): Promise<VhdlOutcome> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-vhdl-"));
  try {
    const texts = new Map(
      sources.order.filter(isVhdl).map((name) => [name, sources.texts.get(name) ?? ""]),
    );
    const placed = placeInLibraries(texts, (name) => sources.names.get(name) ?? name);
    const names = placed.map(({ name }) => name);
    const copies = placed.flatMap(({ name, library }, index) => {
      const copy = `${index}.vhd`;
      writeFileSync(path.join(folder, copy), texts.get(name) ?? "");
      return library === placed[index - 1]?.library ? [copy] : [`--work=${library}`, copy];
    });
    const generics = Object.entries(request.parameters)
      .filter(([name, value]) => /^\w+$/.test(name) && /^[\w.'"-]+$/.test(value))
      .map(([name, value]) => `-g${name}=${value}`);
    const words = (language: "verilog" | "vhdl"): readonly string[] => [
      "--synth",
      "--std=08",
      "-fsynopsys",
      // Shared variables that are no protected types, as block RAMs with two ports are written.
      "-frelaxed",
      "-Wno-pragma",
      `--out=${language}`,
      ...generics,
      ...copies,
      "-e",
      top,
    ];
    const limits = { seconds: request.seconds, signal: context.signal };
    const run = await runGhdl(words("verilog"), folder, limits);
    if (run === undefined) return { sources: undefined, problems: [missingGhdl(request.file)] };
    const problems = ghdlProblems(run.messages, (copy) => sources.names.get(names[copy] ?? ""));
    if (run.output.trim() === "" || run.status !== 0)
      return {
        sources: undefined,
        problems: problems.some(({ severity }) => severity === "error")
          ? problems
          : [
              ...problems,
              {
                code: "RP5042",
                severity: "error",
                message: `GHDL cannot synthesise \`${top}\`: ${run.messages.trim().split("\n")[0] ?? "it does not say why"}.`,
                place: sourceFile(request.file),
              },
            ],
      };
    const whole = lacksDefaults(run.output)
      ? withDefaults(run.output, (await runGhdl(words("vhdl"), folder, limits))?.output ?? "")
      : run.output;
    const verilog = withLines(whole, names, sources);
    return {
      sources: {
        ...sources,
        texts: new Map([...sources.texts, ["vhdl.v", verilog]]),
        order: ["vhdl.v"],
      },
      problems,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Entities of a VHDL source, in its order; the last is what it is about. */
export function entitiesIn(text: string): readonly string[] {
  return [...blanked(text, "--").matchAll(/^\s*entity\s+(\w+)\s+is\b/gim)].map(
    (match) => match[1]?.toLowerCase() ?? "",
  );
}

function withLines(verilog: string, names: readonly string[], sources: Sources): string {
  const entities = new Map<string, EntityPlace>();
  names.forEach((name) => {
    const text = sources.texts.get(name) ?? "";
    for (const entity of entitiesIn(text)) {
      const at = blanked(text, "--").search(
        new RegExp(`^[ \\t]*entity\\s+${entity}\\s+is\\b`, "im"),
      );
      const line = text.slice(0, at).split("\n").length;
      entities.set(entity, { name: entity, directive: `\`line ${line} "${name}" 0` });
    }
  });
  return verilog
    .split("\n")
    .flatMap((line) => {
      const place = /^\s*\/\* (\d+)\.vhd:(\d+):\d+ /.exec(line);
      if (place !== null) return [`\`line ${place[2] ?? "1"} "${names[Number(place[1])] ?? ""}" 0`];
      const module = /^module (\w+)/.exec(line)?.[1];
      const entity = module === undefined ? undefined : entityOf(entities, module);
      return entity === undefined
        ? [line]
        : [entity.directive, `(* hdlname = "${entity.name}" *) ${line}`];
    })
    .join("\n");
}

interface EntityPlace {
  readonly name: string;
  readonly directive: string;
}

/** A variant of an entity is called after it, with its generics or a sum of them: `counter_8`, `fifo_2547cc736e95…`. */
function entityOf(
  entities: ReadonlyMap<string, EntityPlace>,
  module: string,
): EntityPlace | undefined {
  const exact = entities.get(module);
  if (exact !== undefined) return exact;
  let longest: EntityPlace | undefined;
  for (const entity of entities.values())
    if (module.startsWith(`${entity.name}_`) && entity.name.length > (longest?.name.length ?? 0))
      longest = entity;
  return longest;
}

function ghdlProblems(
  messages: string,
  fileOf: (copy: number) => string | undefined,
): readonly DesignProblem[] {
  return messages.split("\n").flatMap((line): DesignProblem[] => {
    const match =
      /^(\d+)\.vhd:(\d+):(\d+):(warning:|\(assertion warning\):|\(assertion note\):|note:)?\s*(.*)$/.exec(
        line.trim(),
      );
    const file = match === null ? undefined : fileOf(Number(match[1]));
    if (match === null || file === undefined || match[4]?.includes("note") === true) return [];
    return [
      {
        code: "RP5041",
        severity: match[4] === undefined ? "error" : "warning",
        message: `GHDL: ${match[5] ?? ""}.`.replace(/\.\.$/, "."),
        place: sourceLine(file, Number(match[2]) - 1, Number(match[3]) - 1),
      },
    ];
  });
}

function missingGhdl(file: string): DesignProblem {
  return {
    code: "RP5040",
    severity: "error",
    message:
      "VHDL is read by GHDL, which is not on the path. Install it (Debian and Ubuntu: `apt install ghdl`; macOS: `brew install ghdl`; Windows: a release of github.com/ghdl/ghdl), then open the file again.",
    place: sourceFile(file),
  };
}

/** Undefined when there is no such program. */
function runGhdl(
  words: readonly string[],
  cwd: string,
  limits: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<
  { readonly output: string; readonly messages: string; readonly status: number } | undefined
> {
  return new Promise((resolve) => {
    const child = spawn("ghdl", words, {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: limits.seconds * 1000,
      signal: limits.signal,
    });
    const output: Buffer[] = [];
    const messages: Buffer[] = [];
    let length = 0;
    child.stdout.on("data", (bytes: Buffer) => {
      length += bytes.length;
      if (length > outputLimit) child.kill("SIGKILL");
      else output.push(bytes);
    });
    child.stderr.on("data", (bytes: Buffer) => messages.push(bytes));
    child.on("error", () => resolve(undefined));
    child.on("close", (code) =>
      resolve({
        output: Buffer.concat(output).toString("utf8"),
        messages: Buffer.concat(messages)
          .toString("utf8")
          .slice(0, 1 << 16),
        status: code ?? 1,
      }),
    );
  });
}
