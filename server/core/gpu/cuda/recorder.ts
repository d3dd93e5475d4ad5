import type { TextSpan } from "../../base/text-span.js";
import type { ArithmeticPipe } from "../gpu-kernel.js";
import type { Spread, Touched } from "./addresses.js";
import type { ArrayInfo, Lanes } from "./value.js";

/** What happens at one place of the source on one way to it, added up over a part of the block's run. */
export interface Site {
  readonly key: string;
  readonly span: TextSpan;
  readonly what: SiteKind;
  readonly openTurns: readonly string[];
  executions: number;
  waits: number;
  /** Sums over executions. */
  sectors: number;
  lines: number;
  bytes: number;
  wavefronts: number;
  ideal: number;
  addresses: number;
  /** Executions whose address is not known. */
  blind: number;
  /** Of the first execution. */
  places: Float64Array | undefined;
  /** Of all threads in the first execution, and which of them took part. */
  lanes: Lanes | undefined;
  laneMask: Uint8Array | undefined;
  /** How the turns of loops around move them; undefined: in no regular way. */
  spreads: readonly Spread[] | undefined;
  /** Of neighbouring lanes in the first execution, where it is regular. */
  laneStride: number | undefined;
}

export type SiteKind =
  | {
      readonly kind: "arithmetic";
      readonly pipe: ArithmeticPipe;
      readonly results: number;
      readonly flops: number;
    }
  | {
      readonly kind: "tensor";
      readonly type: string;
      readonly shape: string;
      readonly flops: number;
      readonly isAsynchronous: boolean;
    }
  | {
      readonly kind: "access";
      readonly array: ArrayInfo;
      readonly direction: "read" | "write";
      /** Bytes of one lane. */
      readonly width: number;
      readonly isAsynchronous: boolean;
    }
  | { readonly kind: "atomic"; readonly array: ArrayInfo; readonly width: number }
  | { readonly kind: "barrier" };

type Frame = Map<string, Site>;

/** Frames are parts of the run (turns of a loop) that are weighed before they join the whole. */
export class Recorder {
  #frames: Frame[] = [new Map<string, Site>()];
  /** Nothing is counted where a condition is tried out. */
  isOff = false;

  site(key: string, span: TextSpan, what: SiteKind): Site {
    const frame = this.#frames[this.#frames.length - 1] ?? new Map<string, Site>();
    const full = `${key}|${what.kind}${what.kind === "arithmetic" ? `${what.pipe}${what.flops}` : ""}`;
    const found = frame.get(full);
    if (found !== undefined) return found;
    const made = emptySite(full, span, what, []);
    if (!this.isOff) frame.set(full, made);
    return made;
  }

  waitFor(key: string, count: number): void {
    if (this.isOff) return;
    for (let index = this.#frames.length - 1; index >= 0; index -= 1) {
      const known = this.#frames[index]?.get(key);
      if (known === undefined) continue;
      const frame = this.#frames[this.#frames.length - 1];
      const here = frame?.get(key) ?? emptySite(key, known.span, known.what, []);
      here.waits += count;
      frame?.set(key, here);
      return;
    }
  }

  begin(): void {
    this.#frames.push(new Map<string, Site>());
  }

  end(): Frame {
    return this.#frames.length > 1
      ? (this.#frames.pop() ?? new Map<string, Site>())
      : new Map<string, Site>();
  }

  /** Joins a frame to the one around. */
  add(frame: Frame, weight: Weight): void {
    if (this.isOff) return;
    const around = this.#frames[this.#frames.length - 1];
    if (around === undefined) return;
    for (const site of frame.values()) {
      const openTurns = [...weight.openTurns, ...site.openTurns];
      const key = openTurns.length === 0 ? site.key : `${site.key}×${openTurns.join("×")}`;
      const into = around.get(key) ?? emptySite(key, site.span, site.what, openTurns);
      around.set(key, into);
      into.executions += site.executions * weight.factor;
      into.waits += site.waits * weight.factor * weight.waitShare;
      into.sectors += site.sectors * weight.factor;
      into.lines += site.lines * weight.factor;
      into.bytes += site.bytes * weight.factor;
      into.wavefronts += site.wavefronts * weight.factor;
      into.ideal += site.ideal * weight.factor;
      into.addresses += site.addresses * weight.factor;
      into.blind += site.blind * weight.factor;
      if (into.places === undefined && site.places !== undefined) {
        into.places = site.places;
        into.lanes = site.lanes;
        into.laneMask = site.laneMask;
        into.spreads = weight.spreadsOf?.(site) ?? site.spreads;
        into.laneStride = site.laneStride;
      }
    }
  }

  get sites(): readonly Site[] {
    return [...(this.#frames[0]?.values() ?? [])];
  }
}

export interface Weight {
  readonly factor: number;
  /** Of the waits, what is left when turns overlap. */
  readonly waitShare: number;
  readonly openTurns: readonly string[];
  /** Its spreads with those of the loop. */
  readonly spreadsOf?: (site: Site) => readonly Spread[] | undefined;
}

function emptySite(
  key: string,
  span: TextSpan,
  what: SiteKind,
  openTurns: readonly string[],
): Site {
  return {
    key,
    span,
    what,
    openTurns,
    executions: 0,
    waits: 0,
    sectors: 0,
    lines: 0,
    bytes: 0,
    wavefronts: 0,
    ideal: 0,
    addresses: 0,
    blind: 0,
    places: undefined,
    lanes: undefined,
    laneMask: undefined,
    spreads: [],
    laneStride: undefined,
  };
}

export function countTouched(site: Site, touched: Touched, warps: number): void {
  site.sectors += touched.sectors * warps;
  site.lines += touched.lines * warps;
  site.bytes += touched.bytes * warps;
  site.wavefronts += touched.wavefronts * warps;
  site.ideal += touched.ideal * warps;
  site.addresses += touched.addresses * warps;
}
