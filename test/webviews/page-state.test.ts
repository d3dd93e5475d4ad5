import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeState, initialState } from "../../webviews/src/model/page-state.js";

test("what was kept comes back", () => {
  const kept = {
    ...initialState,
    devices: 4,
    sortBy: "share",
    descending: false,
    nodeId: 3,
    areProblemsOpen: false,
    isMemoryOpen: true,
    target: "a/b/c",
    batch: 8,
    dims: { seq: 128 },
  };
  expect(decodeState(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
});

test("what the user has not decided is decided anew", () => {
  const kept = decodeState(JSON.parse(JSON.stringify(initialState)));
  expect(kept).not.toHaveProperty("areProblemsOpen");
  expect({ ...initialState, ...kept }).toEqual(initialState);
});

test("parts of the wrong kind are left out", () =>
  expect(
    decodeState({
      sortBy: "colour",
      descending: "yes",
      filter: 3,
      nodeId: -1,
      batch: 1.5,
      paneBeside: 7,
      dims: { seq: -1, n: 4 },
    }),
  ).toEqual({ dims: { n: 4 } }));

test("anything at all can be kept without harm", () =>
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.anything()), (kept) => {
      expect(Object.keys(initialState)).toEqual(
        expect.arrayContaining(Object.keys(decodeState(kept))),
      );
    }),
  ));
