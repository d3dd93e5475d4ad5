/** What the mapping panel remembers. */
export interface MappingPageState {
  /** Target of the accelerator; null: the first chosen one, else the first there is. */
  readonly target: string | null;
  /** As it was typed: `rows=8,16,32 columns=8,16,32`. */
  readonly sweep: string;
  /** `every`: all combinations are mapped; else the search methods that try some of them. */
  readonly search: string;
  /** Layers may run tile by tile with others. */
  readonly fuses: boolean;
  /** Layers may be dealt out to several engines. */
  readonly splits: boolean;
  /** Part that the accelerator's own RTL is synthesised for; empty: it is not. */
  readonly part: string;
}

/** Parts of the mapping panel: gates, and one of each family that is common on boards. */
export const partChoices = [
  { id: "", label: "not synthesised" },
  { id: "asic", label: "gates" },
  { id: "xc7a35t", label: "Artix-7 35T" },
  { id: "xczu9eg", label: "Zynq UltraScale+ ZU9EG" },
  { id: "lfe5u-85f", label: "ECP5 85F" },
  { id: "ice40up5k", label: "iCE40 UP5K" },
] as const;

/** Designs that a search of the panel may try. */
export const searchedPoints = 64;

export const searchChoices = [
  { id: "every", label: "every combination" },
  { id: "bayesian", label: `${searchedPoints} by Bayesian optimization` },
  { id: "evolution", label: `${searchedPoints} by evolution` },
  { id: "annealing", label: `${searchedPoints} by annealing` },
  { id: "random", label: `${searchedPoints} at random` },
  { id: "bayesian,evolution,annealing,random", label: `${searchedPoints} by each of these` },
] as const;

export const initialMappingState: MappingPageState = {
  target: null,
  sweep: "",
  search: "every",
  fuses: false,
  splits: false,
  part: "",
};

export function decodeMappingState(
  kept: Readonly<Record<string, unknown>>,
): Partial<MappingPageState> {
  const { target, sweep, search, fuses, splits, part } = kept;
  return {
    ...(typeof target === "string" && { target }),
    ...(typeof sweep === "string" && { sweep }),
    ...(typeof fuses === "boolean" && { fuses }),
    ...(typeof splits === "boolean" && { splits }),
    ...(partChoices.some(({ id }) => id === part) && { part: String(part) }),
    ...(searchChoices.some(({ id }) => id === search) && { search: String(search) }),
  };
}

/** `rows=8,16 global buffer=64 KiB,128 KiB`: a name reaches from the last value's end to its `=`. */
export function parseSweep(
  text: string,
  names: readonly string[],
): readonly { readonly key: string; readonly values: readonly string[] }[] {
  const marks: { readonly key: string; readonly at: number }[] = [];
  // Longer names first: `buffer=` in `global buffer=` is the end of a name, not a name.
  for (const key of [...names].sort((a, b) => b.length - a.length)) {
    const at = indexOfKey(text, key);
    const isInside = marks.some((mark) => mark.at < at && at < mark.at + mark.key.length);
    if (at >= 0 && !isInside) marks.push({ key, at });
  }
  marks.sort((a, b) => a.at - b.at);
  return marks.flatMap(({ key, at }, index) => {
    const end = marks[index + 1]?.at ?? text.length;
    const values = text
      .slice(at + key.length + 1, end)
      .split(",")
      .map((value) => value.trim())
      .filter((value) => value !== "");
    return values.length === 0 ? [] : [{ key, values: [...new Set(values)] }];
  });
}

/** A name counts where a word begins: `size` is not found inside of `tile size=`. */
function indexOfKey(text: string, key: string): number {
  for (let at = text.indexOf(`${key}=`); at >= 0; at = text.indexOf(`${key}=`, at + 1))
    if (at === 0 || /[\s;]/.test(text[at - 1] ?? "")) return at;
  return -1;
}
