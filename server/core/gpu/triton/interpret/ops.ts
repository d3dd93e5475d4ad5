import type { TextSpan } from "../../../base/text-span.js";
import type { ArithmeticPipe } from "../../gpu-kernel.js";
import type { Stride } from "./value.js";

/** What one program does, in tiles: how the compiler deals it out to threads is decided later, for a device. */
export type TileOp = ArithmeticOp | DotOp | AccessOp | AtomicOp | ReduceOp;

interface OpBase {
  readonly span: TextSpan;
  /** Loops around it, outermost first. */
  readonly loops: readonly LoopFacts[];
  /** Times it is done beside the turns of its loops: a branch that few programs take. */
  weight: number;
}

export interface LoopFacts {
  readonly id: string;
  readonly span: TextSpan;
  /** Undefined: nobody knows. */
  readonly turns: number | undefined;
  /** What would have to be known: `K / 32`. */
  readonly turnsText: string;
  /** Asked for by `tl.range(…, num_stages=…)`. */
  readonly stages: number | undefined;
  /** Holds no other loop: what the compiler pipelines. */
  isInnermost: boolean;
}

export interface ArithmeticOp extends OpBase {
  readonly kind: "arithmetic";
  readonly pipe: ArithmeticPipe;
  readonly elements: number;
  readonly instructionsPerElement: number;
  flopsPerElement: number;
}

export interface DotOp extends OpBase {
  readonly kind: "dot";
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Of the factors. */
  readonly type: string;
  /** Not on tensor cores: float32 as IEEE has it, float64 on most devices. */
  readonly isExact: boolean;
  readonly left: AccessOp | undefined;
  readonly right: AccessOp | undefined;
  readonly leftElementBytes: number;
  readonly rightElementBytes: number;
}

export interface AccessOp extends OpBase {
  readonly kind: "access";
  readonly direction: "read" | "write";
  readonly array: string;
  readonly type: string;
  readonly elementBytes: number;
  readonly shape: readonly number[];
  readonly strides: readonly (Stride | undefined)[];
  /** Part of the tile that the mask lets through. */
  readonly share: number;
  readonly deps: ReadonlySet<string>;
  readonly isDescriptor: boolean;
  /** Its address comes from memory: it waits for another load. */
  readonly isIndirect: boolean;
  /** A product has it as a factor: it goes through shared memory. */
  feedsDot: boolean;
  /** What is stored lies as tensor cores left it, and is turned round through shared memory. */
  readonly isFromDot: boolean;
}

export interface AtomicOp extends OpBase {
  readonly kind: "atomic";
  readonly array: string;
  readonly elementBytes: number;
  readonly shape: readonly number[];
  readonly strides: readonly (Stride | undefined)[];
  readonly share: number;
  readonly deps: ReadonlySet<string>;
}

/** A reduction or scan along an axis. */
export interface ReduceOp extends OpBase {
  readonly kind: "reduce";
  readonly elements: number;
  /** Extent of the axis. */
  readonly length: number;
  readonly isFloat: boolean;
  readonly elementBytes: number;
  readonly isFromDot: boolean;
  readonly isScan: boolean;
}

/** Names of operations that no rule knows; with `tl.device_print` and the like they are not costed. */
export interface UnknownCall {
  readonly name: string;
  readonly span: TextSpan;
}

/** Product of the turns that are known. */
export function turnsOf({ loops, weight }: OpBase): number {
  return loops.reduce((product, { turns }) => product * (turns ?? 1), weight);
}

export function unknownTurnsOf({ loops }: OpBase): readonly string[] {
  return loops.flatMap(({ turns, turnsText }) => (turns === undefined ? [turnsText] : []));
}
