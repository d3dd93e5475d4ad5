import { warpLanes } from "../gpu-device.js";
import type { Lanes } from "./value.js";
import { laneAt } from "./value.js";

/** What one warp instruction touches, as the mean over the warps that were looked at. */
export interface Touched {
  readonly sectors: number;
  readonly lines: number;
  /** Different bytes that its lanes ask for. */
  readonly bytes: number;
  /** Turns of the banks, and turns without any conflict. */
  readonly wavefronts: number;
  readonly ideal: number;
  /** Different addresses. */
  readonly addresses: number;
}

/** As many warps of a block tell what the others do; the first and the last are among them. */
const mostWarps = 6;

/** Addresses are bytes from the start of the array, whose start is aligned to a line as `cudaMalloc` does it. */
export function touchedBy(
  addresses: Lanes,
  bytes: number,
  mask: Uint8Array | undefined,
  threads: number,
): Touched {
  if (typeof addresses === "number") {
    const sectors = Math.max(1, Math.ceil(((addresses % 32) + bytes) / 32));
    return { sectors, lines: 1, bytes, wavefronts: 1, ideal: 1, addresses: 1 };
  }
  const warps = Math.max(1, Math.ceil(threads / warpLanes));
  const sums = { sectors: 0, lines: 0, bytes: 0, wavefronts: 0, ideal: 0, addresses: 0 };
  let seen = 0;
  for (const warp of sampled(warps, mostWarps)) {
    const found = ofWarp(addresses, bytes, mask, warp, threads);
    if (found === undefined) continue;
    seen += 1;
    sums.sectors += found.sectors;
    sums.lines += found.lines;
    sums.bytes += found.bytes;
    sums.wavefronts += found.wavefronts;
    sums.ideal += found.ideal;
    sums.addresses += found.addresses;
  }
  const mean = (sum: number): number => sum / Math.max(1, seen);
  return {
    sectors: mean(sums.sectors),
    lines: mean(sums.lines),
    bytes: mean(sums.bytes),
    wavefronts: mean(sums.wavefronts),
    ideal: mean(sums.ideal),
    addresses: mean(sums.addresses),
  };
}

function ofWarp(
  addresses: Float64Array,
  bytes: number,
  mask: Uint8Array | undefined,
  warp: number,
  threads: number,
): Touched | undefined {
  const places = new Set<number>();
  const end = Math.min(threads, (warp + 1) * warpLanes);
  for (let lane = warp * warpLanes; lane < end; lane += 1)
    if (mask === undefined || mask[lane] === 1) places.add(addresses[lane] ?? 0);
  if (places.size === 0) return undefined;
  const sectors = new Set<number>();
  const lines = new Set<number>();
  const words = new Set<number>();
  for (const place of places) {
    for (let at = Math.floor(place / 32); at * 32 < place + bytes; at += 1) sectors.add(at);
    for (let at = Math.floor(place / 128); at * 128 < place + bytes; at += 1) lines.add(at);
    for (let at = Math.floor(place / 4); at * 4 < place + bytes; at += 1) words.add(at);
  }
  const banks = new Int32Array(32);
  for (const word of words) {
    const bank = ((word % 32) + 32) % 32;
    banks[bank] = (banks[bank] ?? 0) + 1;
  }
  return {
    sectors: sectors.size,
    lines: lines.size,
    bytes: places.size * bytes,
    wavefronts: Math.max(...banks),
    ideal: Math.ceil(words.size / 32),
    addresses: places.size,
  };
}

function sampled(count: number, most: number): readonly number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  return Array.from({ length: most }, (_, index) => Math.round((index * (count - 1)) / (most - 1)));
}

/** Where the block's threads are at one execution, without repetition; at most a few hundred of them. */
export function placesOf(
  addresses: Lanes,
  mask: Uint8Array | undefined,
  threads: number,
): Float64Array {
  if (typeof addresses === "number") return Float64Array.of(addresses);
  const places = new Set<number>();
  for (let lane = 0; lane < threads; lane += 1)
    if (mask === undefined || mask[lane] === 1) places.add(laneAt(addresses, lane));
  return Float64Array.from(places).sort();
}

/** Something moves the places by `step` bytes, `count` times: a loop's turns, the blocks of an axis. */
export interface Spread {
  readonly step: number;
  readonly count: number;
}

/** How many different units of `unit` bytes the places touch, `bytes` at each. */
export function unitsOf(places: Float64Array, bytes: number, unit: number): number {
  const units = new Set<number>();
  for (const place of places)
    for (let at = Math.floor(place / unit); at * unit < place + bytes; at += 1) units.add(at);
  return units.size;
}

const mostShifts = 16;
const mostPlaces = 256;

/**
 * Units touched over all spreads: each spread multiplies by what it is seen to add over its first turns. Never more than what lies between
 * the first and the last byte.
 */
export function spreadUnits(
  places: Float64Array,
  bytes: number,
  unit: number,
  spreads: readonly Spread[],
): number {
  const base = unitsOf(places, bytes, unit);
  let total = base;
  let span = (places[places.length - 1] ?? 0) - (places[0] ?? 0) + bytes;
  const few = places.length <= mostPlaces ? places : places.subarray(0, mostPlaces);
  const sorted = [...spreads].sort((a, b) => Math.abs(a.step) - Math.abs(b.step));
  // Places that a smaller spread has put side by side are one run for the larger one.
  let run = bytes;
  for (const { step, count } of sorted) {
    if (step === 0 || count <= 1) continue;
    const size = Math.abs(step);
    total *=
      size <= run
        ? growthOfRun(run, size, count, unit, few, bytes)
        : growthOf(few, bytes, unit, size, count);
    if (size <= run) run += size * (count - 1);
    span += size * (count - 1);
  }
  return Math.max(base, Math.min(total, Math.ceil(span / unit)));
}

function growthOf(
  places: Float64Array,
  bytes: number,
  unit: number,
  step: number,
  count: number,
): number {
  const shifts = Math.min(count, mostShifts);
  const units = new Set<number>();
  let half = 0;
  let first = 0;
  for (let shift = 0; shift < shifts; shift += 1) {
    for (const place of places) {
      const start = place + shift * step;
      for (let at = Math.floor(start / unit); at * unit < start + bytes; at += 1) units.add(at);
    }
    if (shift === 0) first = units.size;
    if (shift === Math.floor(shifts / 2) - 1) half = units.size;
  }
  const rate = shifts < count ? (units.size - half) / (shifts - Math.floor(shifts / 2)) : 0;
  return (units.size + rate * (count - shifts)) / Math.max(1, first);
}

/** A step within what a smaller spread covers already adds `step` bytes a turn. */
function growthOfRun(
  run: number,
  step: number,
  count: number,
  unit: number,
  places: Float64Array,
  bytes: number,
): number {
  if (run <= bytes) return growthOf(places, bytes, unit, step, count);
  return (run + step * (count - 1)) / run;
}
