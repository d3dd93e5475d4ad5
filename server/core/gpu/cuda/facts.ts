import type { GlobalAccess, GpuWork, SharedAccess } from "../gpu-kernel.js";
import { spreadUnits, unitsOf, type Spread } from "./addresses.js";
import type { Site } from "./recorder.js";

/** How the grid moves the places of sites: for each axis its extent, and where each site is in the next block along it. */
export interface GridMoves {
  readonly extents: readonly (number | undefined)[];
  /** By axis and the site's key; undefined where the axis has one block or was not looked at. */
  readonly next: readonly (ReadonlyMap<string, Site> | undefined)[];
}

const sectorBytes = 32;

/** Sites of a block's run as work of the kernel. */
export function workOf(sites: readonly Site[], moves: GridMoves): readonly GpuWork[] {
  const shares = overlaps(sites);
  return sites.flatMap((site): readonly GpuWork[] => {
    if (site.executions === 0 && site.waits === 0) return [];
    const base = {
      place: site.span,
      executions: site.executions,
      unknownTurns: site.openTurns,
      waits: site.waits,
    };
    const { what } = site;
    switch (what.kind) {
      case "arithmetic":
        return [
          {
            ...base,
            kind: "arithmetic",
            pipe: what.pipe,
            results: what.results,
            flops: what.flops,
          },
        ];
      case "tensor": {
        const { type, shape, flops, isAsynchronous } = what;
        return [{ ...base, kind: "tensor", type, shape, flops, isAsynchronous }];
      }
      case "barrier":
        return [{ ...base, kind: "barrier" }];
      case "atomic": {
        const isKnown = site.blind === 0 && site.executions > 0;
        const isGlobal = what.array.space === "global";
        return [
          {
            ...base,
            kind: "atomic",
            space: isGlobal ? "global" : "shared",
            array: what.array.name,
            addresses: isKnown ? site.addresses / site.executions : undefined,
            isContended:
              isGlobal &&
              isKnown &&
              site.places?.length === 1 &&
              !variesAlong(site, moves).includes(true),
            bytes: what.width,
          },
        ];
      }
      case "access":
        if (what.array.space === "global")
          return [globalWork(site, moves, shares.get(site) ?? 1, base)];
        return what.array.space === "shared" ? [sharedWork(site, base)] : [];
    }
  });
}

type Base = Pick<GpuWork, "place" | "executions" | "unknownTurns" | "waits">;

function globalWork(site: Site, moves: GridMoves, share: number, base: Base): GlobalAccess {
  const { what, places, spreads } = site;
  if (what.kind !== "access") throw new Error("an access has an array");
  const seen = site.executions - site.blind;
  const isKnown = seen > 0 && site.blind === 0;
  const mean = (sum: number): number => sum / seen;
  const varies = variesAlong(site, moves);
  const count = (more: readonly Spread[]): number | undefined =>
    places === undefined || spreads === undefined
      ? undefined
      : sectorBytes * share * spreadUnits(places, what.width, sectorBytes, [...spreads, ...more]);
  const grid = gridSpreads(site, moves);
  const isWhole = site.openTurns.length === 0;
  return {
    ...base,
    kind: "global",
    direction: what.direction,
    array: what.array.name,
    usefulBytes: isKnown ? mean(site.bytes) : what.width * 32,
    sectors: isKnown ? mean(site.sectors) : undefined,
    lines: isKnown ? mean(site.lines) : undefined,
    blockBytes: isKnown ? count([]) : undefined,
    gridBytes: isKnown && isWhole && grid !== undefined ? count(grid) : undefined,
    variesAlong: varies,
    isAsynchronous: what.isAsynchronous,
    ...(isKnown && places !== undefined && (spreads ?? []).length > 0
      ? { turnBytes: 128 * unitsOf(places, what.width, 128) }
      : {}),
    ...(site.laneStride === undefined ? {} : { laneStride: site.laneStride }),
  };
}

function sharedWork(site: Site, base: Base): SharedAccess {
  const { what } = site;
  if (what.kind !== "access") throw new Error("an access has an array");
  const seen = site.executions - site.blind;
  const isKnown = seen > 0;
  return {
    ...base,
    kind: "shared",
    direction: what.direction,
    array: what.array.name,
    usefulBytes: isKnown ? site.bytes / seen : what.width * 32,
    wavefronts: isKnown ? site.wavefronts / seen : Math.max(1, what.width / 4),
    ways: isKnown ? site.wavefronts / Math.max(1e-9, site.ideal) : undefined,
  };
}

/** An axis along which nothing is known to move is taken to move. */
function variesAlong(site: Site, moves: GridMoves): readonly boolean[] {
  return moves.extents.map((extent, axis) => {
    if (extent === 1) return false;
    return stepAlong(site, moves, axis) !== 0;
  });
}

function stepAlong(site: Site, moves: GridMoves, axis: number): number | undefined {
  const there = moves.next[axis]?.get(site.key)?.places;
  const here = site.places;
  if (there === undefined || here === undefined) return undefined;
  return (there[0] ?? 0) - (here[0] ?? 0);
}

/** Undefined where an extent or a step is not known. */
function gridSpreads(site: Site, moves: GridMoves): readonly Spread[] | undefined {
  const spreads: Spread[] = [];
  for (const [axis, extent] of moves.extents.entries()) {
    if (extent === 1) continue;
    const step = stepAlong(site, moves, axis);
    if (extent === undefined || step === undefined) return undefined;
    if (step !== 0) spreads.push({ step, count: extent });
  }
  return spreads;
}

/**
 * Several reads of one array share what they touch: neighbours of a stencil are read at three places of the source, and moved once.
 * Each has its part of the union.
 */
function overlaps(sites: readonly Site[]): ReadonlyMap<Site, number> {
  const groups = new Map<string, Site[]>();
  for (const site of sites) {
    if (
      site.what.kind !== "access" ||
      site.what.array.space !== "global" ||
      site.places === undefined
    )
      continue;
    const key = `${site.what.array.name}|${site.what.direction}|${site.openTurns.join("×")}`;
    groups.set(key, [...(groups.get(key) ?? []), site]);
  }
  const shares = new Map<Site, number>();
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const union = new Set<number>();
    let sum = 0;
    for (const { places, what } of group) {
      if (places === undefined || what.kind !== "access") continue;
      const own = new Set<number>();
      for (const place of places)
        for (
          let at = Math.floor(place / sectorBytes);
          at * sectorBytes < place + what.width;
          at += 1
        )
          own.add(at);
      sum += own.size;
      for (const one of own) union.add(one);
    }
    for (const site of group) shares.set(site, union.size / Math.max(1, sum));
  }
  return shares;
}
