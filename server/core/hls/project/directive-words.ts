import type { ProjectDirective } from "./project-file.js";

/** Directives whose second word is what they speak of, and the key that a pragma has for it. */
const spokenOf: Readonly<Record<string, "variable" | "port">> = {
  array_partition: "variable",
  array_reshape: "variable",
  array_map: "variable",
  bind_storage: "variable",
  bind_op: "variable",
  resource: "variable",
  stream: "variable",
  dependence: "variable",
  aggregate: "variable",
  disaggregate: "variable",
  interface: "port",
};

/** Options of Tcl that stand without a value. */
const flags = new Set(
  "off region recursive rewind enable_flush complete register skip_exit_check cyclic block false true force_first".split(
    " ",
  ),
);

/** `set_directive_array_partition -type complete -dim 1 "top" buffer`, as the pragma would say it. */
export function tclDirective(
  command: string,
  words: readonly string[],
): ProjectDirective | undefined {
  const name = /^set_directive_(\w+)$/.exec(command)?.[1];
  if (name === undefined) return undefined;
  const options: string[] = [];
  const bare: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    const option = /^-([A-Za-z]\w*)$/.exec(word)?.[1];
    if (option === undefined) bare.push(word);
    else if (flags.has(option.toLowerCase())) options.push(option);
    else {
      options.push(`${option}=${words[at + 1] ?? ""}`);
      at += 1;
    }
  }
  return directiveOf(name, bare, options);
}

/** `syn.directive.array_partition=top buffer type=complete dim=1`. */
export function cfgDirective(name: string, value: string): ProjectDirective | undefined {
  const words = value.split(/\s+/).filter((word) => word !== "");
  const isBare = (word: string): boolean => !word.includes("=");
  const [location, ...rest] = words;
  if (location === undefined || !isBare(location)) return undefined;
  const bare = rest.filter(isBare);
  const named = name in spokenOf ? bare.slice(0, 1) : [];
  const options = rest.filter((word) => !named.includes(word));
  return directiveOf(name, [location, ...named], options);
}

function directiveOf(
  name: string,
  [location, subject]: readonly string[],
  options: readonly string[],
): ProjectDirective | undefined {
  if (location === undefined || location === "") return undefined;
  const key = spokenOf[name];
  const about = key === undefined || subject === undefined ? [] : [`${key}=${subject}`];
  return { location, text: [name.toUpperCase(), ...about, ...options].join(" ") };
}
