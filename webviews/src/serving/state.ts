/** What the serving panel remembers: numbers as they were typed. */
export interface ServingPageState {
  readonly input: string;
  readonly output: string;
  /** Milliseconds; empty for no limit. */
  readonly firstToken: string;
  readonly betweenTokens: string;
  /** `1,2,4,8`. */
  readonly devices: string;
  readonly isApart: boolean;
}

export const initialServingState: ServingPageState = {
  input: "1024",
  output: "256",
  firstToken: "",
  betweenTokens: "",
  devices: "1,2,4,8",
  isApart: false,
};

export function decodeServingState(
  kept: Readonly<Record<string, unknown>>,
): Partial<ServingPageState> {
  const texts = (["input", "output", "firstToken", "betweenTokens", "devices"] as const).flatMap(
    (key) => (typeof kept[key] === "string" ? [[key, kept[key]] as const] : []),
  );
  return {
    ...Object.fromEntries(texts),
    ...(typeof kept["isApart"] === "boolean" && { isApart: kept["isApart"] }),
  };
}

/** A whole number of at least 1; undefined for anything else. */
export function countOf(text: string): number | undefined {
  const count = Number(text);
  return /^\s*\d+\s*$/.test(text) && 1 <= count && count <= mostTokens ? count : undefined;
}

/** Seconds of a number of milliseconds; null for none, undefined for what is no number. */
export function secondsOf(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const milliseconds = Number(text.replace(",", "."));
  return milliseconds > 0 && Number.isFinite(milliseconds) ? milliseconds / 1000 : undefined;
}

/** Sizes of groups, each once, smallest first; undefined where one is no whole number. */
export function devicesOf(text: string): readonly number[] | undefined {
  const counts = text.split(",").map(countOf);
  if (counts.some((count) => count === undefined || count > mostDevices)) return undefined;
  return [...new Set(counts as number[])].sort((a, b) => a - b);
}

/** Ten million tokens and a thousand devices are typing errors. */
const mostTokens = 1e7;
const mostDevices = 1024;
