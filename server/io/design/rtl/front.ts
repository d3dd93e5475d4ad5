import { isVhdl } from "../../../core/design/file-kinds.js";
import type { Sources } from "./sources.js";

/** What Yosys reads before it can elaborate or map a design. */
export interface Front {
  readonly files: Readonly<Record<string, string>>;
  readonly read: readonly string[];
  /** Chooses the top and sets its parameters. */
  readonly choose: readonly string[];
  /** What read it, where that is not the engine itself. */
  readonly tool?: string;
}

/** The sources as they are, read by Yosys itself. */
export function verilogFront(
  sources: Sources,
  top: string,
  parameters: Readonly<Record<string, string>>,
): Front {
  return {
    files: Object.fromEntries(sources.texts),
    read: readCommands(sources),
    choose: hierarchyCommands(top, parameters),
  };
}

/** Each file by the rules of its language: a Verilog file may use SystemVerilog's words as names. */
function readCommands({ order, defines }: Sources): readonly string[] {
  const macros = macrosOf(defines)
    .map((macro) => ` -D ${macro}`)
    .join("");
  return order
    .filter((name) => !isVhdl(name))
    .map((name) => `read_verilog ${/\.v$/i.test(name) ? "" : "-sv "}-D SYNTHESIS${macros} ${name}`);
}

/** `NAME=text`, of those that a command can hold. */
export function macrosOf(defines: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(defines)
    .filter(([name, value]) => /^\w+$/.test(name) && /^[^\s"`;]*$/.test(value))
    .map(([name, value]) => `${name}${value === "" ? "" : `=${value}`}`);
}

/** Name and value, of those that a command can hold. */
export function settingsOf(
  parameters: Readonly<Record<string, string>>,
): readonly (readonly [string, string])[] {
  return Object.entries(parameters).filter(
    ([name, value]) => /^\w+$/.test(name) && /^[\w.'"-]+$/.test(value),
  );
}

/** Parameters are set first: `hierarchy -chparam` of Yosys 0.55 makes the same module twice of some tops and stops. */
function hierarchyCommands(
  top: string,
  parameters: Readonly<Record<string, string>>,
): readonly string[] {
  const settings = settingsOf(parameters)
    .map(([name, value]) => ` -set ${name} ${value}`)
    .join("");
  const set = settings === "" ? [] : [`chparam${settings} ${top}`];
  return [...set, `hierarchy -top ${top}`];
}
