/** Reads fields of a configuration by any of their names; wrong types count as absent, and absurd sizes too. */
export class ConfigFields {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(fields: Readonly<Record<string, unknown>>) {
    this.#fields = fields;
  }

  has(name: string): boolean {
    return this.value(name) !== undefined && this.value(name) !== null;
  }

  value(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }

  /** The first that is a whole number from 1 to a hundred million. */
  count(...names: readonly string[]): number | undefined {
    for (const name of names) {
      const value = this.value(name);
      if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= largest)
        return value;
    }
    return undefined;
  }

  text(...names: readonly string[]): string | undefined {
    for (const name of names) {
      const value = this.value(name);
      if (typeof value === "string" && value !== "") return value.slice(0, 128);
    }
    return undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.value(name);
    return typeof value === "boolean" ? value : undefined;
  }

  list(name: string): readonly unknown[] | undefined {
    const value = this.value(name);
    return Array.isArray(value) ? value : undefined;
  }

  object(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.value(name);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  }

  /** Fields of an object below this one. */
  below(name: string): ConfigFields | undefined {
    const fields = this.object(name);
    return fields === undefined ? undefined : new ConfigFields(fields);
  }

  /** These, and others where these say nothing. */
  over(others: Readonly<Record<string, unknown>> = {}): ConfigFields {
    return new ConfigFields({ ...others, ...this.#fields });
  }
}

const largest = 100_000_000;
