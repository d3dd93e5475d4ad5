/**
 * One extent of a shape: a number, or an integer polynomial over symbols. Symbols stay symbols until the user binds
 * them, so `2*seq + 1` can be compared and shown; what is no polynomial (a floored quotient) becomes an opaque atom
 * with canonical text, so that equal expressions stay equal.
 */
export type Dim = number | SymbolicDim;

export interface SymbolicDim {
  /** Canonical text: equal text means equal value. */
  readonly text: string;
  /** Sum of coefficient × product of atoms; atoms sorted, terms sorted by their atoms, no zero coefficients. */
  readonly terms: readonly Term[];
}

interface Term {
  readonly coefficient: number;
  readonly atoms: readonly string[];
}

/** A product of thirty symbols is a bomb, not a model: beyond this an expression becomes an opaque atom. */
const termLimit = 24;

export function symbol(name: string): SymbolicDim {
  return { text: name, terms: [{ coefficient: 1, atoms: [name] }] };
}

export function dimText(dim: Dim): string {
  return typeof dim === "number" ? String(dim) : dim.text;
}

export function isKnown(dim: Dim): dim is number {
  return typeof dim === "number";
}

export function sameDim(left: Dim, right: Dim): boolean {
  return typeof left === "number" || typeof right === "number"
    ? left === right
    : left.text === right.text;
}

export function addDims(left: Dim, right: Dim): Dim {
  if (typeof left === "number" && typeof right === "number") return left + right;
  return fromTerms([...termsOf(left), ...termsOf(right)]);
}

export function negateDim(dim: Dim): Dim {
  return multiplyDims(-1, dim);
}

export function subtractDims(left: Dim, right: Dim): Dim {
  return addDims(left, negateDim(right));
}

export function multiplyDims(left: Dim, right: Dim): Dim {
  if (typeof left === "number" && typeof right === "number") return left * right;
  if (left === 1) return right;
  if (right === 1) return left;
  const leftTerms = termsOf(left);
  const rightTerms = termsOf(right);
  if (leftTerms.length * rightTerms.length > termLimit)
    return symbol(`(${dimText(left)})*(${dimText(right)})`);
  const terms: Term[] = [];
  for (const a of leftTerms)
    for (const b of rightTerms)
      terms.push({
        coefficient: a.coefficient * b.coefficient,
        atoms: [...a.atoms, ...b.atoms].sort(),
      });
  return fromTerms(terms);
}

/** Floor division; exact when every term divides, otherwise an opaque `floor(a/b)`. Division by 0 gives undefined. */
export function divideDims(left: Dim, right: Dim): Dim | undefined {
  if (right === 0) return undefined;
  if (typeof left === "number" && typeof right === "number") return Math.floor(left / right);
  if (right === 1) return left;
  if (sameDim(left, right)) return 1;
  const divisor = termsOf(right);
  const single = divisor.length === 1 ? divisor[0] : undefined;
  if (single !== undefined) {
    const quotient: Term[] = [];
    for (const term of termsOf(left)) {
      const atoms = withoutAtoms(term.atoms, single.atoms);
      if (atoms === undefined || term.coefficient % single.coefficient !== 0)
        return opaque("floor", left, right, "/");
      quotient.push({ coefficient: term.coefficient / single.coefficient, atoms });
    }
    return fromTerms(quotient);
  }
  return opaque("floor", left, right, "/");
}

export function ceilDivideDims(left: Dim, right: number): Dim | undefined {
  const quotient = divideDims(negateDim(left), right);
  return quotient === undefined ? undefined : negateDim(quotient);
}

export function moduloDims(left: Dim, right: Dim): Dim | undefined {
  if (right === 0) return undefined;
  if (typeof left === "number" && typeof right === "number")
    return left - Math.floor(left / right) * right;
  const quotient = divideDims(left, right);
  return quotient === undefined ? undefined : subtractDims(left, multiplyDims(quotient, right));
}

export function maxDims(left: Dim, right: Dim): Dim {
  if (typeof left === "number" && typeof right === "number") return Math.max(left, right);
  return sameDim(left, right) ? left : opaqueCommutative("max", left, right);
}

export function minDims(left: Dim, right: Dim): Dim {
  if (typeof left === "number" && typeof right === "number") return Math.min(left, right);
  return sameDim(left, right) ? left : opaqueCommutative("min", left, right);
}

export function productOfDims(dims: readonly Dim[]): Dim {
  // Numbers first: each product with a symbol is an expression to be sorted anew.
  let known = 1;
  let rest: Dim = 1;
  for (const dim of dims) {
    if (typeof dim === "number") known *= dim;
    else rest = multiplyDims(rest, dim);
  }
  return multiplyDims(known, rest);
}

function opaque(name: string, left: Dim, right: Dim, joint: string): SymbolicDim {
  return symbol(`${name}(${grouped(left)}${joint}${grouped(right)})`);
}

function opaqueCommutative(name: string, left: Dim, right: Dim): SymbolicDim {
  const [first, second] = [dimText(left), dimText(right)].sort();
  return symbol(`${name}(${first ?? ""}, ${second ?? ""})`);
}

function grouped(dim: Dim): string {
  const text = dimText(dim);
  return text.includes(" ") ? `(${text})` : text;
}

function termsOf(dim: Dim): readonly Term[] {
  if (typeof dim !== "number") return dim.terms;
  return dim === 0 ? [] : [{ coefficient: dim, atoms: [] }];
}

function withoutAtoms(atoms: readonly string[], removed: readonly string[]): string[] | undefined {
  const rest = [...atoms];
  for (const atom of removed) {
    const index = rest.indexOf(atom);
    if (index < 0) return undefined;
    rest.splice(index, 1);
  }
  return rest;
}

function fromTerms(terms: readonly Term[]): Dim {
  const byAtoms = new Map<string, Term>();
  for (const term of terms) {
    const key = term.atoms.join("*");
    const sum = (byAtoms.get(key)?.coefficient ?? 0) + term.coefficient;
    if (sum === 0) byAtoms.delete(key);
    else byAtoms.set(key, { coefficient: sum, atoms: term.atoms });
  }
  if (byAtoms.size === 0) return 0;
  const entries = [...byAtoms].sort(([a], [b]) => (a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1));
  const only = entries.length === 1 ? entries[0] : undefined;
  if (only !== undefined && only[0] === "") return only[1].coefficient;
  const text = entries
    .map(([atoms, term], index) => termText(atoms, term.coefficient, index === 0))
    .join("");
  if (entries.length > termLimit) return symbol(`(${text})`);
  return { text, terms: entries.map(([, term]) => term) };
}

function termText(atoms: string, coefficient: number, isFirst: boolean): string {
  const magnitude = Math.abs(coefficient);
  const sign = isFirst ? (coefficient < 0 ? "-" : "") : coefficient < 0 ? " - " : " + ";
  if (atoms === "") return `${sign}${magnitude}`;
  return magnitude === 1 ? `${sign}${atoms}` : `${sign}${magnitude}*${atoms}`;
}
