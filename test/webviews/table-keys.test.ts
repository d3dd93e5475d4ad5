import { describe, expect, test } from "vitest";
import {
  keyCommand,
  moved,
  type KeyPress,
  type MoveKey,
  type Selection,
} from "../../webviews/src/kit/table-keys.js";

const plain: Omit<KeyPress, "key"> = {
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
};

describe("keys", () => {
  test.each([
    ["ArrowDown", {}, { kind: "move", key: "ArrowDown", isExtending: false }],
    ["End", { shiftKey: true }, { kind: "move", key: "End", isExtending: true }],
    ["Enter", {}, { kind: "open" }],
    ["Escape", {}, { kind: "leave" }],
    ["c", { ctrlKey: true }, { kind: "copy" }],
    ["c", { metaKey: true }, { kind: "copy" }],
    ["a", { ctrlKey: true }, { kind: "all" }],
    ["r", {}, { kind: "type" }],
    ["f", { ctrlKey: true }, undefined],
    ["Tab", {}, undefined],
    ["ArrowDown", { altKey: true }, undefined],
  ] as const)("%s %o", (key, modifiers, expected) =>
    expect(keyCommand({ ...plain, ...modifiers, key })).toEqual(expected),
  );
});

describe("moving", () => {
  const size = { count: 100, columnCount: 4, rowsOnScreen: 20 };
  const check = (from: Partial<Selection>, key: MoveKey, isExtending = false): Selection =>
    moved({ active: 5, anchor: 5, column: -1, ...from }, { key, isExtending }, size);

  test("it stops at both ends", () => {
    expect(check({ active: 0 }, "ArrowUp").active).toBe(0);
    expect(check({ active: 95 }, "PageDown").active).toBe(99);
    expect(check({ active: -1, anchor: -1 }, "ArrowDown").active).toBe(0);
  });

  test("with shift the anchor stays, without it follows", () => {
    expect(check({}, "ArrowDown", true)).toEqual({ active: 6, anchor: 5, column: -1 });
    expect(check({ anchor: 2 }, "ArrowDown")).toEqual({ active: 6, anchor: 6, column: -1 });
  });

  test("right walks into the cells, left back out to the row", () => {
    expect(check({}, "ArrowRight").column).toBe(0);
    expect(check({ column: 3 }, "ArrowRight").column).toBe(3);
    expect(check({ column: 0 }, "ArrowLeft").column).toBe(-1);
  });

  test("an empty table has nowhere to go", () => {
    const nowhere = { active: -1, anchor: -1, column: -1 };
    expect(moved(nowhere, { key: "End", isExtending: false }, { ...size, count: 0 })).toBe(nowhere);
  });
});
