/** Half-open range of UTF-16 offsets into one source text. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** Part of a source file; lines and characters are zero-based, characters are UTF-16 units, the end is exclusive. */
export interface SourceRange {
  /** Path of the file as the program that ran knows it. */
  readonly file: string;
  readonly line: number;
  readonly character: number;
  readonly endLine: number;
  readonly endCharacter: number;
}

/**
 * Where something stands. `text` counts UTF-16 units of a text file; `bytes` counts bytes of a binary one; `path`
 * names a part that has no offset (a node of a model file, a key of a JSON document); `source` is a part of one of the
 * files of a program that was run.
 */
export type Place =
  | ({ readonly kind: "source" } & SourceRange)
  | { readonly kind: "text"; readonly span: TextSpan }
  | { readonly kind: "bytes"; readonly offset: number }
  | { readonly kind: "path"; readonly path: string };
