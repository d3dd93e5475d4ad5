import type { Neighbourhood } from "../../base/byte-source.js";
import type { TextSpan } from "../../base/text-span.js";
import type { RawAttribute, RawGraph, RawNode } from "../../graph/raw-graph.js";
import type { ReadContext } from "../format.js";
import type { Cursor } from "./cursor.js";

/** What the parts of the parser share while one text is read. */
export interface SyntaxContext {
  readonly cursor: Cursor;
  readonly read: ReadContext;
  /** Weight files that were looked up: once each, and each is complained about once. */
  readonly weightFiles: Map<string, ReturnType<Neighbourhood["find"]>>;
  /** Attribute lists by how they are written, for those that are written often. */
  readonly attributeLists: Map<string, ParsedAttributes>;
}

export interface ParsedAttributes {
  readonly attributes: ReadonlyMap<string, RawAttribute>;
  readonly bodies: readonly { readonly attribute: string; readonly graph: TextGraph }[];
}

/** A graph as written, with where its parts stand. */
export interface TextGraph extends RawGraph {
  readonly nodes: readonly TextNode[];
  readonly spans: {
    readonly whole: TextSpan;
    /** From the name to the end of the outputs. */
    readonly header: TextSpan;
    readonly name: TextSpan;
    /** The braces and what is between them; undefined when the text ends before. */
    readonly body: TextSpan | undefined;
    /** The list of weights and types between `<` and `>`. */
    readonly valueInfos: TextSpan | undefined;
  };
}

export interface TextNode extends RawNode {
  /** Parallel to the names; an empty span where nothing is written. */
  readonly inputSpans: readonly TextSpan[];
  readonly outputSpans: readonly TextSpan[];
  readonly spans: {
    readonly statement: TextSpan;
    readonly label: TextSpan | undefined;
    /** Domain, operator and overload. */
    readonly operator: TextSpan;
  };
  readonly bodies: readonly { readonly attribute: string; readonly graph: TextGraph }[];
  /** Stands beside the node that the statement is about, where one statement makes several. */
  readonly isHelper?: boolean;
}
