import type { Design } from "../../design/design.js";
import type { TextSpan } from "../../base/text-span.js";
import { blanked } from "../../design/blanked.js";

/** Where a lens stands: a module, an entity or a function. */
export interface DesignAnchor {
  readonly name: string;
  /** The name. */
  readonly span: TextSpan;
}

/** Found in the text alone, so that the count of lenses never depends on an analysis. */
export function designAnchors(text: string, kind: Design["kind"]): readonly DesignAnchor[] {
  const code = blanked(text);
  return kind === "rtl" ? rtlAnchors(code) : hlsAnchors(code);
}

const anchorLimit = 200;

function rtlAnchors(code: string): readonly DesignAnchor[] {
  const pattern =
    /\b(?:module|macromodule)\s+(?:(?:automatic|static)\s+)?(\\\S+|[A-Za-z_][\w$]*)|^[ \t]*entity\s+(\w+)\s+is\b/gim;
  return matchesOf(code, pattern);
}

/** Functions whose body says something to an HLS tool, or takes what only such a tool knows. */
function hlsAnchors(code: string): readonly DesignAnchor[] {
  const pattern =
    /^[ \t]*(?:[\w:<>,*&]+[ \t\n*&]+)+?([A-Za-z_]\w*)[ \t\n]*\([^;{}()]*(?:\([^()]*\)[^;{}()]*)*\)\s*\{/gm;
  return matchesOf(code, pattern).filter(({ name, span }) => {
    if (/^(?:if|for|while|switch|return|else|do|sizeof)$/.test(name)) return false;
    return isHls(bodyOf(code, span.end));
  });
}

function isHls(body: string): boolean {
  return /#\s*pragma\s+(?:HLS|hls_\w+|ii\b|unroll|ivdep|loop_coalesce|ACCEL|design)|\bhls::|\bap_u?(?:int|fixed)\b|\bac_(?:int|fixed|channel)\b|\bnnet::/i.test(
    body,
  );
}

function bodyOf(code: string, start: number): string {
  let depth = 0;
  for (let at = code.indexOf("{", start); 0 <= at && at < code.length; at += 1) {
    const character = code.charAt(at);
    if (character === "{") depth += 1;
    else if (character === "}" && --depth === 0) return code.slice(start, at);
  }
  return code.slice(start);
}

function matchesOf(code: string, pattern: RegExp): readonly DesignAnchor[] {
  const found: DesignAnchor[] = [];
  for (const match of code.matchAll(pattern)) {
    const name = match[1] ?? match[2] ?? "";
    const start =
      match.index +
      match[0].lastIndexOf(name, match[1] === undefined ? undefined : nameEnd(match[0], name));
    found.push({ name, span: { start, end: start + name.length } });
    if (found.length >= anchorLimit) break;
  }
  return found;
}

/** A function's name stands before its parameters, which may name it again. */
function nameEnd(text: string, name: string): number {
  const paren = text.indexOf("(");
  return paren < 0 ? text.length : text.lastIndexOf(name, paren);
}
