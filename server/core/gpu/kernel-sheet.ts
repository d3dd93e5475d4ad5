import type { Problem } from "../base/problem.js";
import type { TextSpan } from "../base/text-span.js";
import type { KernelEstimate } from "./gpu-report.js";

/** The kernels of one source text with what they take on each device; readers of every language make it, views show it. */
export interface KernelSheet {
  readonly language: "cuda" | "triton";
  readonly kernels: readonly SheetKernel[];
  readonly problems: readonly KernelProblem[];
}

export interface SheetKernel {
  readonly name: string;
  /** Arguments that make several kernels of one: `<128, 8>`; "" where it has none. */
  readonly variant: string;
  /** Its name in the text. */
  readonly place: TextSpan;
  /** The whole definition. */
  readonly span: TextSpan;
  /** The launch that it is estimated for, where the text has one. */
  readonly launch: TextSpan | undefined;
  readonly launchCount: number;
  /** The devices asked for, the main one first; empty where nothing could be estimated. */
  readonly estimates: readonly KernelEstimate[];
}

/** Its place, where it has one, counts in the text. */
export interface KernelProblem extends Problem {
  readonly fixes?: readonly KernelFix[];
}

export interface KernelFix {
  readonly title: string;
  readonly edits: readonly { readonly span: TextSpan; readonly text: string }[];
}
