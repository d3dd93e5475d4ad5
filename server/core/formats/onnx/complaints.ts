import type { Problem, Severity } from "../../base/problem.js";
import type { Place } from "../../base/text-span.js";

/**
 * Collects what is wrong with one file. It knows where the reader stands (`graph.node[12].attribute[0]`) and which
 * node of the main graph is being read, so that whoever complains need not. A damaged file can be wrong in a million
 * places: beyond the limit problems are counted, not kept.
 */
export class Complaints {
  readonly #problems: Problem[] = [];
  readonly #names: string[] = [];
  readonly #indices: number[] = [];
  readonly #seen = new Set<string>();
  #hiddenCount = 0;
  #worstHidden: Severity = "hint";
  /** Index of the main graph's node that is being read, or -1. */
  nodeId = -1;

  enter(name: string, index = -1): void {
    this.#names.push(name);
    this.#indices.push(index);
  }

  leave(): void {
    this.#names.pop();
    this.#indices.pop();
  }

  get path(): string {
    return this.#names
      .map((name, level) => {
        const index = this.#indices[level] ?? -1;
        return index < 0 ? name : `${name}[${index}]`;
      })
      .join(".");
  }

  /** A problem of the part that is being read. */
  add(code: string, severity: Severity, message: string): void {
    this.#push(code, severity, message, undefined);
  }

  /** A problem of the bytes themselves. */
  addAtOffset(code: string, severity: Severity, message: string, offset: number): void {
    this.#push(code, severity, message, { kind: "bytes", offset });
  }

  /** Reports the first of its kind only: one missing file, not one per tensor in it. */
  addOnce(key: string, code: string, severity: Severity, message: string): void {
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.add(code, severity, message);
  }

  /** Puts sorted positions in place of the file's, for the problems found before the nodes were sorted. */
  renumberNodes(sortedPosition: (fileIndex: number) => number): void {
    for (const [index, problem] of this.#problems.entries()) {
      if (problem.nodeId === undefined) continue;
      this.#problems[index] = { ...problem, nodeId: sortedPosition(problem.nodeId) };
    }
  }

  finish(): readonly Problem[] {
    if (this.#hiddenCount === 0) return this.#problems;
    return [
      ...this.#problems,
      {
        code: "RP1029",
        severity: this.#worstHidden,
        message: `… and ${this.#hiddenCount} more problems in this file.`,
      },
    ];
  }

  #push(code: string, severity: Severity, message: string, place: Place | undefined): void {
    if (this.#problems.length >= problemLimit) {
      this.#hiddenCount += 1;
      if (rank[severity] > rank[this.#worstHidden]) this.#worstHidden = severity;
      return;
    }
    this.#problems.push({
      code,
      severity,
      message,
      place: place ?? { kind: "path", path: this.path || "model" },
      ...(this.nodeId >= 0 && { nodeId: this.nodeId }),
    });
  }
}

const problemLimit = 200;
const rank: Readonly<Record<Severity, number>> = { hint: 0, information: 1, warning: 2, error: 3 };
