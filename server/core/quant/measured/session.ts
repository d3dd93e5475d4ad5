/** A tensor as a runtime takes it. */
export interface Feed {
  readonly elementType: "float32" | "float16" | "int64" | "int32" | "uint8" | "int8" | "bool";
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint16Array | BigInt64Array | Int32Array | Uint8Array | Int8Array;
}

export type Feeds = ReadonlyMap<string, Feed>;

/** A model in a runtime. */
export interface Session {
  /** The named outputs, those that are no numbers left out. */
  run(feeds: Feeds, outputs: readonly string[]): Promise<ReadonlyMap<string, Made>>;
  close(): Promise<void>;
}

export interface Made {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
