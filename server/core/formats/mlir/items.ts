import type { MlirArgument, MlirAttribute, MlirItem, MlirType } from "./syntax.js";

/** What custom assembly says, whatever the dialect: `key = value` pairs, arguments with their types, types at the end. */

/** `dims = [0, 1]`, `dim = 1`, `window = {…}` */
export function attributesOfItems(
  items: readonly MlirItem[],
): readonly (readonly [string, MlirAttribute])[] {
  return items.flatMap((item, index): readonly (readonly [string, MlirAttribute])[] => {
    const next = items[index + 1];
    const value = items[index + 2];
    if (item.kind !== "word" || next?.kind !== "mark" || next.text !== "=") return [];
    const attribute = value && attributeOfItem(value);
    return attribute === undefined ? [] : [[item.text, attribute]];
  });
}

/** What follows `key =`, where that is more than one value: `[b, f]x[o, i]->[b, f]`. */
export function itemsAfter(items: readonly MlirItem[], key: string): readonly MlirItem[] {
  const at = items.findIndex(
    (item, index) => item.kind === "word" && item.text === key && isMark(items[index + 1], "="),
  );
  return at < 0 ? [] : items.slice(at + 2);
}

export function attributeOfItem(item: MlirItem): MlirAttribute | undefined {
  switch (item.kind) {
    case "attribute":
      return item.value;
    case "word":
      return { kind: "word", text: item.text };
    case "type":
      return { kind: "type", type: item.type };
    case "group":
      return item.open === "["
        ? {
            kind: "list",
            items: item.items.flatMap((inner) => attributeOfItem(inner) ?? []),
          }
        : undefined;
    default:
      return undefined;
  }
}

/** `(%a: t {attributes}, %b: t)`, `(%x = %y)`, `%i = `: the values that a region behind them begins with. */
export function argumentsOf(items: readonly MlirItem[]): readonly MlirArgument[] {
  const found: MlirArgument[] = [];
  const none: ReadonlyMap<string, MlirAttribute> = new Map();
  items.forEach((item, index) => {
    if (item.kind === "group") {
      found.push(...argumentsOf(item.items));
      return;
    }
    if (item.kind !== "operand") return;
    const mark = items[index + 1];
    const type = items[index + 2];
    const isTyped = isMark(mark, ":") && type?.kind === "type";
    if (!isTyped && !isMark(mark, "=")) return;
    const dictionary = items[index + 3];
    found.push({
      ...item.operand,
      type: isTyped ? type.type : undefined,
      attributes:
        isTyped && dictionary?.kind === "attribute" && dictionary.value.kind === "dictionary"
          ? dictionary.value.entries
          : none,
    });
  });
  return found;
}

/** Types behind the last `->`, or behind the last `:` where there is none; `a to b` and `a into b` end with the result's. */
export function typesOf(items: readonly MlirItem[]): {
  readonly operandTypes: readonly MlirType[];
  readonly resultTypes: readonly MlirType[];
} {
  const arrow = lastMark(items, "->");
  const colon = lastMark(items, ":");
  const isArrowOfTypes = arrow >= 0 && typesAt(items.slice(arrow + 1)).length > 0;
  if (isArrowOfTypes)
    return {
      operandTypes: colon >= 0 && colon < arrow ? typesAt(items.slice(colon + 1, arrow)) : [],
      resultTypes: typesAt(items.slice(arrow + 1)),
    };
  if (colon < 0) return { operandTypes: [], resultTypes: [] };
  const types = typesAt(items.slice(colon + 1));
  const last = types.at(-1);
  return { operandTypes: types, resultTypes: last === undefined ? [] : [last] };
}

function lastMark(items: readonly MlirItem[], text: string): number {
  for (let index = items.length - 1; index >= 0; index -= 1)
    if (isMark(items[index], text)) return index;
  return -1;
}

function typesAt(items: readonly MlirItem[]): readonly MlirType[] {
  const types: MlirType[] = [];
  for (const item of items) {
    if (item.kind === "type") types.push(item.type);
    else if (item.kind === "group" && item.open === "(") types.push(...typesAt(item.items));
  }
  return types;
}

export function isMark(item: MlirItem | undefined, text: string): boolean {
  return item?.kind === "mark" && item.text === text;
}

/** The numbers of a list or a dense attribute; undefined where it is neither. */
export function numbersOf(attribute: MlirAttribute | undefined): readonly number[] | undefined {
  if (attribute?.kind === "dense") {
    const { values, isSplat, type } = attribute;
    const count = type?.kind === "tensor" ? countOf(type.shape) : undefined;
    return isSplat && values?.length === 1 && count !== undefined && count <= 1024
      ? new Array<number>(count).fill(values[0] ?? 0)
      : values;
  }
  if (attribute?.kind === "number") return [attribute.value];
  if (attribute?.kind !== "list") return undefined;
  const numbers = attribute.items.flatMap((item) => numbersOf(item) ?? wordNumber(item));
  return numbers.includes(NaN) ? undefined : numbers;
}

function wordNumber(attribute: MlirAttribute): number {
  if (attribute.kind !== "word") return NaN;
  return attribute.text === "true" ? 1 : attribute.text === "false" ? 0 : NaN;
}

function countOf(shape: readonly (number | undefined)[] | undefined): number | undefined {
  let count = 1;
  for (const extent of shape ?? [undefined]) {
    if (extent === undefined) return undefined;
    count *= extent;
  }
  return count;
}

export function numberOf(attribute: MlirAttribute | undefined): number | undefined {
  return attribute?.kind === "number" ? attribute.value : undefined;
}

export function textOf(attribute: MlirAttribute | undefined): string | undefined {
  switch (attribute?.kind) {
    case "string":
      return attribute.value;
    case "word":
      return attribute.text;
    case "symbol":
      return attribute.name;
    default:
      return undefined;
  }
}
