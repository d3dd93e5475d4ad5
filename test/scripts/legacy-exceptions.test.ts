import { expect, test } from "vitest";
// @ts-expect-error: a script, which has no types.
import * as script from "../../scripts/legacy-exceptions.mjs";

const { withLegacyExceptions } = script as {
  readonly withLegacyExceptions: (bytes: Uint8Array) => Uint8Array<ArrayBuffer>;
};

const i32 = 0x7f;
const exnref = 0x69;
const tryTable = 0x1f;
const [block, end, drop, zero] = [0x02, 0x0b, 0x1a, [0x41, 0]];
const throwGiven = [0x20, 0, 0x08, 0];
const unreachable = 0x00;
const empty = 0x40;
const [one, oneReference, all] = [0, 1, 2];

/** A module of one kind of exception, whose payload is a number, and of functions from a number to a number. */
function moduleOf(bodies: Readonly<Record<string, readonly number[]>>, custom: number[] = []) {
  const list = (items: readonly (readonly number[])[]): number[] => [items.length, ...items.flat()];
  const section = (id: number, bytes: readonly number[]): number[] => [id, bytes.length, ...bytes];
  const sized = (bytes: readonly number[]): number[] => [bytes.length, ...bytes];
  const names = Object.keys(bodies);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...custom,
    ...section(
      1,
      list([
        [0x60, 1, i32, 1, i32],
        [0x60, 1, i32, 0],
        [0x60, 0, 2, i32, exnref],
      ]),
    ),
    ...section(3, list(names.map(() => [0]))),
    ...section(13, [1, 0, 1]),
    ...section(7, list(names.map((name, at) => [...sized([...Buffer.from(name)]), 0, at]))),
    ...section(10, list(names.map((name) => sized([0, ...(bodies[name] ?? []), end])))),
  ]);
}

const bodies = {
  // What is thrown is caught, and its payload is the result.
  caught: [
    ...[block, i32, tryTable, empty, 1, one, 0, 0, ...throwGiven, end],
    ...[unreachable, end],
  ],
  // Caught with a reference, thrown again, and caught outside; then one is added.
  again: [
    ...[block, i32, tryTable, empty, 1, one, 0, 0],
    ...[block, 2, tryTable, empty, 1, oneReference, 0, 0, ...throwGiven, end, unreachable, end],
    ...[0x0a, end, unreachable, end],
    ...[0x41, 1, 0x6a],
  ],
  // Of any kind, without its payload.
  any: [block, empty, tryTable, empty, 1, all, 0, ...throwGiven, end, end, ...zero],
  // Nothing is thrown.
  quiet: [block, i32, tryTable, i32, 1, one, 0, 0, 0x20, 0, end, drop, 0x41, 5, end],
};

test("exceptions said the older way do the same", async () => {
  const { instance } = await WebAssembly.instantiate(withLegacyExceptions(moduleOf(bodies)));
  const run = (name: keyof typeof bodies): unknown =>
    (instance.exports[name] as (value: number) => unknown)(42);
  expect(run("caught")).toBe(42);
  expect(run("again")).toBe(43);
  expect(run("any")).toBe(0);
  expect(run("quiet")).toBe(5);
});

test("what is no instruction and what names alone are: the one is refused, the other left out", () => {
  expect(() => withLegacyExceptions(moduleOf({ wrong: [0xfb, 0] }))).toThrow(
    /not known here: 0xfb/,
  );
  const named = moduleOf(bodies, [0, 5, 4, ...Buffer.from("name")]);
  expect([...withLegacyExceptions(named)]).toEqual([...withLegacyExceptions(moduleOf(bodies))]);
});
