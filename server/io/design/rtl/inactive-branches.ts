/** What a macro is where it is asked for: undefined where that is open. */
export type MacroState = (name: string) => boolean | undefined;

/** Macros that the engine itself defines, or we for it. */
const given: ReadonlySet<string> = new Set(["SYNTHESIS", "YOSYS"]);

/** Of texts that are read together: what one of them defines may be defined anywhere, what none does is not. */
export function macrosOf(
  codes: readonly string[],
  defines: Readonly<Record<string, string>>,
): MacroState {
  const open = new Set<string>();
  for (const code of codes)
    for (const [, name = ""] of code.matchAll(/`define\s+(\w+)/g)) open.add(name);
  return (name) => {
    if (given.has(name) || defines[name] !== undefined) return true;
    return open.has(name) ? undefined : false;
  };
}

interface Branch {
  /** Whether this branch is read, as far as the conditions around it allow. */
  isRead: boolean;
  /** A branch before it is read for certain. */
  isDecided: boolean;
  readonly isOuterRead: boolean;
}

/**
 * A text with what the preprocessor leaves out for certain blanked: an instance of a formal property module under `ifdef FORMAL` is no
 * use of it.
 */
export function withoutInactive(code: string, stateOf: MacroState): string {
  if (!code.includes("`if")) return code;
  const open: Branch[] = [];
  return code
    .split("\n")
    .map((line) => {
      const [, directive, name = ""] =
        /^\s*`(ifdef|ifndef|elsif|else|endif)\b\s*(\w*)/.exec(line) ?? [];
      if (directive !== undefined) {
        step(open, directive, stateOf(name));
        return line;
      }
      return (open.at(-1)?.isRead ?? true) ? line : " ".repeat(line.length);
    })
    .join("\n");
}

function step(open: Branch[], directive: string, state: boolean | undefined): void {
  if (directive === "endif") {
    open.pop();
    return;
  }
  const wanted = directive === "ifndef" && state !== undefined ? !state : state;
  if (directive === "ifdef" || directive === "ifndef") {
    const isOuterRead = open.at(-1)?.isRead ?? true;
    open.push({
      isRead: isOuterRead && wanted !== false,
      isDecided: wanted === true,
      isOuterRead,
    });
    return;
  }
  const branch = open.at(-1);
  if (branch === undefined) return;
  branch.isRead =
    branch.isOuterRead && !branch.isDecided && (directive === "else" || state !== false);
  branch.isDecided ||= directive === "elsif" && state === true;
}
