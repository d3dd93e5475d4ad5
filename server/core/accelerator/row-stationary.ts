import type { ArrayEngine } from "./accelerator.js";
import type { Contraction } from "./contraction.js";

/** How the rows of a convolution lie on the array. */
export interface RowMapping {
  /** Output rows of one strip: a set of elements is kernel rows high and this wide. */
  readonly strip: number;
  /** Sets side by side, by what distinguishes them. */
  readonly strips: number;
  readonly filters: number;
  readonly channels: number;
  readonly groups: number;
  readonly images: number;
  /** Filters and channels that each element interleaves. */
  readonly interleavedFilters: number;
  readonly interleavedChannels: number;
  /** Elements that work at once. */
  readonly activeElements: number;
  readonly cycles: number;
}

/**
 * The row-stationary dataflow (Chen, Emer & Sze, ISCA 2016; Chen et al., JSSC 52(1) 2017): an element convolves one row
 * of a filter with one row of an image in kernel columns × output columns cycles; a set of kernel rows × output rows
 * elements makes output rows, and sets are cut in strips and repeated for filters, channels, groups and images as long
 * as there are elements.
 */
export function rowMapping(engine: ArrayEngine, c: Contraction): RowMapping {
  const { rows, columns, lanes } = engine;
  const rowFolds = Math.ceil(c.kernelRows / rows);
  const setHeight = Math.min(c.kernelRows, rows);
  const high = Math.floor(rows / setHeight);
  const perRow = Math.ceil((c.kernelColumns * c.outputColumns) / lanes) * rowFolds;
  if (engine.rowSets === "stacked") return stackedSets(engine, c, { high, setHeight, perRow });
  let best: RowMapping | undefined;
  let bestTime = Infinity;
  for (const strip of stripWidths(c.outputRows, columns)) {
    const wide = Math.floor(columns / strip);
    const stripCount = Math.ceil(c.outputRows / strip);
    for (const share of shares(high * wide, { ...c, stripCount }, engine.packsGroups)) {
      const passes =
        Math.ceil(stripCount / share.strips) *
        Math.ceil(c.outputChannels / share.filters) *
        Math.ceil(c.inputChannels / share.channels) *
        Math.ceil(c.groups / share.groups) *
        Math.ceil(c.batch / share.images);
      const sets = share.filters * share.channels * share.groups * share.images;
      const cycles = passes * perRow * c.times;
      if (cycles > bestTime) continue;
      const activeElements = setHeight * Math.min(c.outputRows, strip * share.strips) * sets;
      const mapping = { strip, ...share, ...interleaved(engine, c, share), activeElements, cycles };
      const time = cycles + fillCycles(engine, c, mapping, c.batch);
      if (
        best !== undefined &&
        (time > bestTime || (time === bestTime && activeElements >= best.activeElements))
      )
        continue;
      best = mapping;
      bestTime = time;
    }
  }
  if (best === undefined) throw new Error("An array without elements.");
  return best;
}

/**
 * Sets as Eyeriss replicates and folds them (Chen, Emer & Sze, ISCA 2016, section V; nn-dataflow, Gao et al., ASPLOS 2019): strips of a
 * set that is too wide stand above one another first; the places that are left above one another are shared out to channels and
 * filters in whole factors, those beside one another are filters'.
 */
function stackedSets(
  engine: ArrayEngine,
  c: Contraction,
  array: { readonly high: number; readonly setHeight: number; readonly perRow: number },
): RowMapping {
  const cuts = Math.ceil(c.outputRows / engine.columns);
  const beside = Math.max(1, Math.floor(engine.columns / c.outputRows));
  const strips = Math.min(array.high, cuts);
  const rounds = Math.ceil(cuts / strips);
  const above = Math.floor(array.high / strips);
  // Groups side by side are filters of their own, which share no channels.
  const allFilters = c.groups * c.outputChannels;
  const filtersAtOnce = engine.packsGroups ? allFilters : c.outputChannels;
  let best = { filters: 1, channels: 1, passes: Infinity };
  for (let factor = 1; factor <= above; factor += 1) {
    if (above % factor !== 0) continue;
    const channels = Math.min(factor, c.inputChannels);
    const filters = Math.min((above / factor) * beside, filtersAtOnce);
    const passes = Math.ceil(c.inputChannels / channels) * Math.ceil(allFilters / filters);
    if (passes < best.passes) best = { filters, channels, passes };
  }
  const strip = Math.ceil(c.outputRows / cuts);
  const share = { strips, groups: 1, filters: best.filters, channels: best.channels, images: 1 };
  return {
    strip,
    ...share,
    ...interleaved(engine, c, share),
    activeElements:
      array.setHeight * Math.min(c.outputRows, strip * strips) * best.filters * best.channels,
    cycles: best.passes * rounds * array.perRow * c.batch * c.times,
  };
}

/** Cycles in which scratchpads are filled before passes: filters anew in every pass, rows for the first windows. */
export function fillCycles(
  engine: ArrayEngine,
  c: Contraction,
  mapping: RowMapping,
  imagesTogether: number,
): number {
  if (engine.fillWords === 0) return 0;
  const filters = Math.ceil(c.outputChannels / mapping.filters);
  const channels = Math.ceil(c.inputChannels / mapping.channels);
  const passes =
    c.times *
    Math.ceil(c.outputRows / (mapping.strip * mapping.strips)) *
    Math.ceil(filters / mapping.interleavedFilters) *
    Math.ceil(channels / mapping.interleavedChannels) *
    Math.ceil(c.groups / mapping.groups) *
    Math.ceil(c.batch / mapping.images / imagesTogether);
  const weights =
    mapping.interleavedFilters *
    mapping.interleavedChannels *
    mapping.filters *
    mapping.channels *
    mapping.groups *
    c.kernelRows *
    c.kernelColumns;
  const firstWindows =
    ((mapping.strip - 1) * c.strideRows + c.kernelRows) *
    mapping.strips *
    mapping.channels *
    mapping.groups *
    mapping.interleavedChannels *
    c.kernelColumns;
  return (
    passes * (Math.ceil(weights / engine.fillWords) + Math.ceil(firstWindows / engine.fillWords))
  );
}

/** What an element's scratchpads hold of filters and channels, filters first: they share the rows of the image. */
function interleaved(
  { registers }: ArrayEngine,
  c: Contraction,
  share: Share,
): Pick<RowMapping, "interleavedFilters" | "interleavedChannels"> {
  const filters = Math.ceil(c.outputChannels / share.filters);
  const channels = Math.ceil(c.inputChannels / share.channels);
  const most = Math.max(1, Math.min(registers.outputs, filters));
  let best = { interleavedFilters: 1, interleavedChannels: 1 };
  for (const p of [...amounts(filters, most)].reverse()) {
    const q = Math.max(
      1,
      Math.min(
        channels,
        Math.floor(registers.inputs / c.kernelColumns),
        Math.floor(registers.weights / (p * c.kernelColumns)),
      ),
    );
    if (p * c.kernelColumns > registers.weights && p > 1) break;
    const passes = Math.ceil(filters / p) * Math.ceil(channels / q);
    const known =
      Math.ceil(filters / best.interleavedFilters) * Math.ceil(channels / best.interleavedChannels);
    if (passes < known) best = { interleavedFilters: p, interleavedChannels: q };
  }
  return best;
}

interface Share {
  readonly strips: number;
  readonly filters: number;
  readonly channels: number;
  readonly groups: number;
  readonly images: number;
}

/** Ways of dealing `slots` sets out; the last of the five takes what the others leave. */
function shares(
  slots: number,
  c: Contraction & { readonly stripCount: number },
  packsGroups: boolean,
): readonly Share[] {
  const found: Share[] = [];
  for (const strips of amounts(c.stripCount, slots))
    for (const groups of amounts(packsGroups ? c.groups : 1, slots / strips))
      for (const filters of amounts(c.outputChannels, slots / strips / groups)) {
        const left = slots / strips / groups / filters;
        const channels = amounts(c.inputChannels, left)[0] ?? 1;
        const images = amounts(c.batch, left / channels)[0] ?? 1;
        found.push({ strips, groups, filters, channels, images });
      }
  return found;
}

/** Amounts up to `most` that need fewer rounds than any smaller one, largest first: about twice the root of the extent. */
function amounts(extent: number, most: number): readonly number[] {
  const found: number[] = [];
  for (let amount = 1; amount <= Math.min(extent, most);) {
    found.push(amount);
    const rounds = Math.ceil(extent / amount);
    if (rounds === 1) break;
    amount = Math.max(amount + 1, Math.ceil(extent / (rounds - 1)));
  }
  // Extents of a million have thousands of them: neighbours differ by little then.
  const step = Math.ceil(found.length / mostAmounts);
  return found.reverse().filter((_, index) => index % step === 0);
}

const mostAmounts = 64;

function stripWidths(outputRows: number, columns: number): readonly number[] {
  const widths = new Set<number>();
  for (let parts = 1; parts <= outputRows; parts = parts < 32 ? parts + 1 : Math.ceil(parts * 1.25))
    widths.add(Math.ceil(outputRows / parts));
  widths.add(1);
  widths.add(Math.min(columns, outputRows));
  return [...widths].filter((width) => width <= columns);
}
