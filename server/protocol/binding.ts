/** What is fixed of a model that leaves it open. */
export interface Binding {
  /** `null`: as the model declares. */
  readonly batch: number | null;
  /** Symbolic dimensions and scalar inputs by name. */
  readonly dims: Readonly<Record<string, number>>;
  /** That share a language model by tensor parallelism; `null`: one. */
  readonly devices: number | null;
}

export function isEmptyBinding({ batch, dims, devices }: Binding): boolean {
  return batch === null && devices === null && Object.keys(dims).length === 0;
}
