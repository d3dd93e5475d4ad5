/** A sum of loop iterators and open scalars with whole coefficients, and a constant. */
export interface Affine {
  readonly terms: ReadonlyMap<string, number>;
  readonly constant: number;
}

export function affineConstant(constant: number): Affine {
  return { terms: new Map(), constant };
}

export function affineVariable(name: string): Affine {
  return { terms: new Map([[name, 1]]), constant: 0 };
}

export function addAffine(left: Affine, right: Affine, factor = 1): Affine {
  const terms = new Map(left.terms);
  for (const [name, value] of right.terms) {
    const sum = (terms.get(name) ?? 0) + factor * value;
    if (sum === 0) terms.delete(name);
    else terms.set(name, sum);
  }
  return { terms, constant: left.constant + factor * right.constant };
}

/** Undefined where the product is not affine. */
export function multiplyAffine(left: Affine, right: Affine): Affine | undefined {
  if (left.terms.size > 0 && right.terms.size > 0) return undefined;
  const [scale, other] = left.terms.size === 0 ? [left.constant, right] : [right.constant, left];
  if (scale === 0) return affineConstant(0);
  return {
    terms: new Map([...other.terms].map(([name, value]) => [name, value * scale])),
    constant: other.constant * scale,
  };
}

export function isConstantAffine(affine: Affine): boolean {
  return affine.terms.size === 0;
}

/** The same for equal sums, whatever the order they were built in. */
export function affineKey(affine: Affine): string {
  const terms = [...affine.terms].sort(([a], [b]) => (a < b ? -1 : 1));
  return [...terms.map(([name, value]) => `${value}*${name}`), affine.constant].join("+");
}
