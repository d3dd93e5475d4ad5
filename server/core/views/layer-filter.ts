/**
 * What people type into the find box of the layer table. Words must all match; `op:Conv`, `scope:block1`, `bound:memory`,
 * `engine:cpu`, `is:fused` narrow one column; `>5%`, `>1ms`, `>10MiB`, `>1MMAC` compare numbers. A word that looks like a
 * comparison and is none is searched for as text, so nothing typed is ever an error.
 */
export function parseLayerFilter(text: string): LayerFilter {
  return text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => comparison(word) ?? keyed(word) ?? { kind: "text", text: word.toLowerCase() });
}

export type LayerFilter = readonly FilterTerm[];

export const filterKeys = ["op", "name", "scope", "shape", "bound", "engine", "is"] as const;
export type FilterKey = (typeof filterKeys)[number];

export type FilterTerm =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "key"; readonly key: FilterKey; readonly text: string }
  | {
      readonly kind: "number";
      readonly measure: FilterMeasure;
      readonly isAbove: boolean;
      /** In SI base units; a share as a fraction. */
      readonly limit: number;
    };

export type FilterMeasure = "share" | "seconds" | "bytes" | "macs" | "parameters";

/** What a filter asks of a layer, computed only for the terms there are. */
export interface FilterSubject {
  /** Name, operator, scope and shape in lower case. */
  readonly text: (nodeId: number) => string;
  readonly key: (nodeId: number, key: FilterKey) => string;
  readonly measure: (nodeId: number, measure: FilterMeasure) => number | undefined;
}

export function matchesFilter(
  filter: LayerFilter,
  subject: FilterSubject,
  nodeId: number,
): boolean {
  return filter.every((term) => {
    switch (term.kind) {
      case "text":
        return subject.text(nodeId).includes(term.text);
      case "key": {
        const value = subject.key(nodeId, term.key).toLowerCase();
        // An operator, a state or a bound is meant whole: `op:Conv` should not bring ConvTranspose along.
        const isWord = term.key === "op" || term.key === "is" || term.key === "bound";
        return isWord ? value === term.text : value.includes(term.text);
      }
      case "number": {
        const value = subject.measure(nodeId, term.measure);
        if (value === undefined) return false;
        return term.isAbove ? term.limit < value : value < term.limit;
      }
    }
  });
}

function keyed(word: string): FilterTerm | undefined {
  const colon = word.indexOf(":");
  const key = filterKeys.find((candidate) => candidate === word.slice(0, colon).toLowerCase());
  const text = word.slice(colon + 1).toLowerCase();
  return key === undefined || text === "" ? undefined : { kind: "key", key, text };
}

const units: Readonly<Record<string, readonly [FilterMeasure, number]>> = {
  "%": ["share", 0.01],
  ns: ["seconds", 1e-9],
  us: ["seconds", 1e-6],
  µs: ["seconds", 1e-6],
  ms: ["seconds", 1e-3],
  s: ["seconds", 1],
  b: ["bytes", 1],
  kb: ["bytes", 1e3],
  mb: ["bytes", 1e6],
  gb: ["bytes", 1e9],
  kib: ["bytes", 1024],
  mib: ["bytes", 1024 ** 2],
  gib: ["bytes", 1024 ** 3],
  mac: ["macs", 1],
  kmac: ["macs", 1e3],
  mmac: ["macs", 1e6],
  gmac: ["macs", 1e9],
  k: ["parameters", 1e3],
  m: ["parameters", 1e6],
};

function comparison(word: string): FilterTerm | undefined {
  const match = /^([<>])(\d+(?:\.\d+)?)([%a-zµμ]+)$/i.exec(word);
  const [, sign, digits, suffix] = match ?? [];
  if (digits === undefined || suffix === undefined) return undefined;
  const name = suffix.toLowerCase().replace("μ", "µ");
  const unit = Object.hasOwn(units, name) ? units[name] : undefined;
  if (unit === undefined) return undefined;
  return {
    kind: "number",
    measure: unit[0],
    isAbove: sign === ">",
    limit: Number(digits) * unit[1],
  };
}
