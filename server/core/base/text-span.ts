/** Half-open range of UTF-16 offsets into one source text. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Where something stands. `text` counts UTF-16 units of a text file; `bytes` counts bytes of a binary one;
 * `path` names a part that has no offset (a node of a model file, a key of a JSON document).
 */
export type Place =
  | { readonly kind: "text"; readonly span: TextSpan }
  | { readonly kind: "bytes"; readonly offset: number }
  | { readonly kind: "path"; readonly path: string };
