import { blanked } from "../../../core/design/blanked.js";
import { hasReturn, readStatements, type Statement } from "./statements.js";
import { type TextEdit, withEdits } from "./text-edits.js";

/**
 * Functions whose `return e;` is written as `f = e;`, which is all that the engine knows (Yosys 0.55). Where something stands behind a
 * return, a bit says that the function is done, and what follows asks it. Lines stay.
 */
export function withoutReturns(text: string): string {
  if (!/\breturn\b/.test(text)) return text;
  const code = blanked(text);
  const edits: TextEdit[] = [];
  for (const match of code.matchAll(
    /\b(function|task)\b([^;]*);([\s\S]*?)\bend(?:function|task)\b/g,
  )) {
    const [whole, , head = "", body = ""] = match;
    if (!/\breturn\b/.test(body)) continue;
    const name = /([A-Za-z_]\w*)\s*(?:\([\s\S]*\)\s*)?$/.exec(head)?.[1];
    const start = match.index + whole.indexOf(";") + 1;
    const statements = readStatements(code, start, start + body.length);
    if (name !== undefined && statements !== undefined)
      edits.push(...editsOf({ code, name, start }, statements));
  }
  return withEdits(text, edits);
}

interface Subject {
  readonly code: string;
  readonly name: string;
  /** Of the body. */
  readonly start: number;
}

function editsOf(subject: Subject, statements: readonly Statement[]): readonly TextEdit[] {
  const first = statements.find(({ start }) => !declaration.test(subject.code.slice(start)));
  if (first === undefined) return [];
  if (endsInReturns(statements, true)) return plainReturns(subject, statements);
  const flag = `${subject.name}__done`;
  return [
    insert(subject.start, ` reg ${flag};`),
    insert(first.start, `${flag} = 0; `),
    ...guarded(subject, flag, statements),
  ];
}

const declaration =
  /^(?:(?:input|output|inout|logic|bit|reg|int|integer|byte|shortint|longint|automatic|static|var|localparam|parameter)\b|[A-Za-z_]\w*(?:::\w+)?\s*(?:\[[^\]]*\]\s*)*\s+[A-Za-z_]\w*\s*[=;,[])/;

/** Whether nothing is done behind any return. */
function endsInReturns(list: readonly Statement[], isLast: boolean): boolean {
  return list.every((statement, index) => {
    if (!hasReturn(statement)) return true;
    if (!isLast || index < list.length - 1) return false;
    switch (statement.kind) {
      case "block":
        return endsInReturns(statement.items, true);
      case "branch":
        return statement.arms.every((arm) => endsInReturns([arm], true));
      case "loop":
        return false;
      default:
        return true;
    }
  });
}

function plainReturns(subject: Subject, list: readonly Statement[]): readonly TextEdit[] {
  return returnsIn(list).map(({ start }) => ({
    start,
    end: start + keyword.length,
    text: hasValue(subject, start) ? `${subject.name} =` : "",
  }));
}

const keyword = "return";

function hasValue({ code }: Subject, start: number): boolean {
  return !/^return\s*;/.test(code.slice(start));
}

function returnsIn(list: readonly Statement[]): readonly Statement[] {
  return list.flatMap((statement) => {
    switch (statement.kind) {
      case "return":
        return [statement];
      case "block":
        return returnsIn(statement.items);
      case "branch":
        return returnsIn(statement.arms);
      case "loop":
        return returnsIn([statement.body]);
      case "other":
        return [];
    }
  });
}

/** What stands behind a statement that may have returned is done only if it has not. */
function guarded(
  subject: Subject,
  flag: string,
  list: readonly Statement[],
  close?: number,
): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  let open = 0;
  list.forEach((statement, index) => {
    if (!hasReturn(statement)) return;
    edits.push(...inner(subject, flag, statement));
    if (index === list.length - 1) return;
    edits.push(insert(statement.end, ` if (!${flag}) begin`));
    open += 1;
  });
  const end = close ?? list.at(-1)?.end ?? subject.start;
  if (open > 0) edits.push(insert(end, `${" end".repeat(open)} `));
  return edits;
}

function inner(subject: Subject, flag: string, statement: Statement): readonly TextEdit[] {
  switch (statement.kind) {
    case "return": {
      const { start, end } = statement;
      const value = hasValue(subject, start) ? `begin ${subject.name} =` : "begin";
      return [
        { start, end: start + keyword.length, text: value },
        insert(end, ` ${flag} = 1; end`),
      ];
    }
    case "block":
      return guarded(subject, flag, statement.items, statement.close);
    case "branch":
      return statement.arms.flatMap((arm) => inner(subject, flag, arm));
    case "loop":
      return [
        insert(statement.body.start, `if (!${flag}) `),
        ...inner(subject, flag, statement.body),
      ];
    case "other":
      return [];
  }
}

function insert(at: number, text: string): TextEdit {
  return { start: at, end: at, text };
}
