import { familyFormat } from "./families.js";
import { bitsPerElement, type Granularity, type NumberFormat } from "./number-format.js";

/** How the range of a grid is chosen. */
export type Clip =
  | { readonly kind: "max" }
  /** The share of magnitudes that stays inside, such as 0.9999. */
  | { readonly kind: "percentile"; readonly share: number }
  /** The range with the least square error (Banner et al. 2019, OMSE). */
  | { readonly kind: "mse" }
  /** The range whose quantized histogram keeps most information (TensorRT's calibration, Migacz 2017). */
  | { readonly kind: "entropy" };

/** A number format with how it is applied: `int4@g128+mse+hadamard`. */
export interface Scheme {
  /** Canonical text; equal ids mean equal schemes. */
  readonly id: string;
  readonly name: string;
  readonly format: NumberFormat;
  readonly clip: Clip;
  /** What is done to the weight around rounding, in this order (`measure/transforms.ts`). */
  readonly transforms: readonly Transform[];
  /** Bits an element takes, scales included. */
  readonly bits: number;
}

/**
 * `equalize`: input channels are scaled to like ranges. `sort`: they are put into the order of their magnitudes. `hadamard`:
 * groups of the reduction are rotated (QuaRot, arXiv 2404.00456). `bias`: the layer's bias takes back the mean error.
 */
export type Transform = (typeof transformIds)[number];
const transformIds = ["equalize", "sort", "hadamard", "bias"] as const;

export type FormatTable = ReadonlyMap<string, NumberFormat>;

/** Reads `FORMAT[@tensor|@channel|@gN][+mse|+entropy|+p99.9][+equalize][+sort][+hadamard][+bias]`; a sentence when it cannot be read. */
export function parseScheme(text: string, formats: FormatTable): Scheme | string {
  const [head = "", ...options] = text.trim().toLowerCase().split("+").reduce(joinPlanes, []);
  const [name = "", granularityText] = head.split("@");
  const found = formats.get(name) ?? familyFormat(name);
  if (found === undefined)
    return `Format \`${name}\` is not known; \`ridgepoint quantize --list\` names all.`;
  const granularity = granularityText === undefined ? undefined : parseGranularity(granularityText);
  if (granularityText !== undefined && granularity === undefined)
    return `\`@${granularityText}\` should be @tensor, @channel or @gN with N of at least 2, as in \`${name}@g128\`.`;
  let clip: Clip = { kind: "max" };
  const transforms = new Set<Transform>();
  for (const option of options) {
    const percentile = /^p(\d+(?:\.\d+)?)$/.exec(option);
    const transform = transformIds.find((id) => id === option);
    if (transform !== undefined) transforms.add(transform);
    else if (option === "mse" || option === "entropy") clip = { kind: option };
    else if (percentile !== null && 50 <= Number(percentile[1]) && Number(percentile[1]) <= 100)
      clip = { kind: "percentile", share: Number(percentile[1]) / 100 };
    else
      return `\`+${option}\` should be +mse, +entropy, a percentile such as +p99.9, or +${transformIds.join(", +")}.`;
  }
  return schemeOf(
    found,
    granularity,
    clip,
    transformIds.filter((id) => transforms.has(id)),
  );
}

/** `fp6-4+2` has a plus of its own. */
function joinPlanes(parts: string[], part: string): string[] {
  const last = parts[parts.length - 1];
  if (last === "fp6-4") return [...parts.slice(0, -1), `${last}+${part}`];
  return [...parts, part];
}

export function schemeOf(
  format: NumberFormat,
  granularity?: Granularity,
  clip: Clip = { kind: "max" },
  transforms: readonly Transform[] = [],
): Scheme {
  const applied =
    granularity === undefined || sameGranularity(granularity, format.granularity)
      ? format
      : { ...format, granularity };
  const at =
    applied === format || granularity === undefined ? "" : `@${granularityId(granularity)}`;
  const options = [...(clip.kind === "max" ? [] : [clipId(clip)]), ...transforms];
  const id = [`${format.id}${at}`, ...options].join("+");
  const more = [
    ...(at === "" ? [] : [granularityName(applied.granularity)]),
    ...(clip.kind === "max" ? [] : [`clipped by ${clip.kind}`]),
    ...transforms.map((transform) => transformNames[transform]),
  ];
  return {
    id,
    name: [format.name, ...more].join(", "),
    format: applied,
    clip,
    transforms,
    bits: bitsPerElement(applied),
  };
}

const transformNames: Readonly<Record<Transform, string>> = {
  equalize: "equalized",
  sort: "channels sorted",
  hadamard: "rotated",
  bias: "bias corrected",
};

export function granularityName(granularity: Granularity): string {
  switch (granularity.kind) {
    case "tensor":
      return "per tensor";
    case "channel":
      return "per channel";
    case "group":
      return `per group of ${granularity.size}`;
  }
}

function granularityId(granularity: Granularity): string {
  return granularity.kind === "group" ? `g${granularity.size}` : granularity.kind;
}

function clipId(clip: Clip): string {
  return clip.kind === "percentile" ? `p${Number((clip.share * 100).toFixed(6))}` : clip.kind;
}

function sameGranularity(left: Granularity, right: Granularity): boolean {
  return granularityId(left) === granularityId(right);
}

function parseGranularity(text: string): Granularity | undefined {
  if (text === "tensor" || text === "channel") return { kind: text };
  const match = /^[gb](\d{1,5})$/.exec(text);
  const size = Number(match?.[1] ?? 0);
  return size < 2 ? undefined : { kind: "group", size };
}
