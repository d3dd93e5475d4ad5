import {
  type Diagnostic,
  DiagnosticSeverity,
  type DocumentHighlight,
  DocumentHighlightKind,
  type DocumentSymbol,
  type FoldingRange,
  FoldingRangeKind,
  type Hover,
  type InlayHint,
  InlayHintKind,
  type Location,
  MarkupKind,
  type Range,
  SymbolKind,
  type TextEdit,
} from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Severity } from "../core/base/problem.js";
import type { TextSpan } from "../core/base/text-span.js";
import type { Fold } from "../core/views/text/folding.js";
import type { Hint } from "../core/views/text/hints.js";
import type { HoverText } from "../core/views/text/hover.js";
import type { Mention } from "../core/views/text/mentions.js";
import type { OutlineItem } from "../core/views/text/outline.js";
import type { TextProblem } from "../core/views/text/problems.js";

/** The only file that makes the protocol's ranges: everything behind it speaks offsets. */
export function toRange(document: TextDocument, span: TextSpan): Range {
  return { start: document.positionAt(span.start), end: document.positionAt(span.end) };
}

export function toSpan(document: TextDocument, range: Range): TextSpan {
  return { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
}

export function toInsertion(
  document: TextDocument,
  { offset, text }: { readonly offset: number; readonly text: string },
): TextEdit {
  return { range: toRange(document, { start: offset, end: offset }), newText: text };
}

export function toReplacement(
  document: TextDocument,
  { span, text }: { readonly span: TextSpan; readonly text: string },
): TextEdit {
  return { range: toRange(document, span), newText: text };
}

export function toLocation(document: TextDocument, span: TextSpan): Location {
  return { uri: document.uri, range: toRange(document, span) };
}

export function toInlayHint(document: TextDocument, hint: Hint): InlayHint {
  return {
    position: document.positionAt(hint.offset),
    label: hint.label,
    kind: InlayHintKind.Type,
    ...(hint.isBefore === true ? { paddingRight: true } : { paddingLeft: true }),
    tooltip: { kind: MarkupKind.Markdown, value: hint.tooltip },
  };
}

export function toHover(document: TextDocument, hover: HoverText): Hover {
  return {
    range: toRange(document, hover.span),
    contents: { kind: MarkupKind.Markdown, value: hover.markdown },
  };
}

export function toDiagnostic(document: TextDocument, problem: TextProblem): Diagnostic {
  return {
    range: toRange(document, problem.span),
    severity: severities[problem.severity],
    code: problem.code,
    source: "ridgepoint",
    message: problem.message,
  };
}

export function toDocumentSymbol(document: TextDocument, item: OutlineItem): DocumentSymbol {
  return {
    name: item.name,
    detail: item.detail,
    kind: symbolKinds[item.kind],
    range: toRange(document, item.span),
    selectionRange: toRange(document, item.nameSpan),
    children: item.children.map((child) => toDocumentSymbol(document, child)),
  };
}

/** Folds whole lines: the last line, which closes the bracket, stays visible. */
export function toFoldingRange(document: TextDocument, fold: Fold): FoldingRange | undefined {
  const { start, end } = toRange(document, fold.span);
  if (end.line - 1 <= start.line) return undefined;
  return {
    startLine: start.line,
    endLine: end.line - 1,

    ...(fold.kind === "weights" && { kind: FoldingRangeKind.Region }),
  };
}

export function toHighlight(document: TextDocument, mention: Mention): DocumentHighlight {
  return {
    range: toRange(document, mention.span),
    kind: mention.isDefinition ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
  };
}

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

const symbolKinds: Readonly<Record<OutlineItem["kind"], SymbolKind>> = {
  graph: SymbolKind.Module,
  function: SymbolKind.Function,
  node: SymbolKind.Operator,
  weight: SymbolKind.Constant,
  input: SymbolKind.Variable,
};
