import { expect, test } from "vitest";
import { pageSize, RowStore } from "../../webviews/src/kit/row-store.js";

/** A store of the numbers below `count`; what it asks for is logged, and answered when told to. */
function check(count: number) {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const errors: unknown[] = [];
  const store: RowStore<number> = new RowStore<number>({
    fetch: (start, end) => {
      asked.push(`${start}–${end}`);
      return new Promise((resolve, reject) =>
        answers.push(() =>
          start === 900
            ? reject(new Error("no"))
            : resolve(Array.from({ length: end - start }, (_, at) => start + at)),
        ),
      );
    },
    onRows: () => undefined,
    onError: (error) => errors.push(error),
  });
  store.replace(count, 0, []);
  const answer = async (): Promise<void> => {
    for (const one of answers.splice(0)) one();
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { store, asked, answer, errors };
}

test("what is on screen is asked for once, in whole pages", async () => {
  const { store, asked, answer } = check(1000);
  store.want(150, 180);
  store.want(151, 181);
  await answer();
  store.want(150, 180);
  expect(asked).toEqual(["100–200"]);
  expect(store.row(150)).toBe(150);
  expect(store.row(250)).toBeUndefined();
});

test("the last page is as long as the list", async () => {
  const { store, asked, answer } = check(250);
  store.want(240, 250);
  await answer();
  expect(asked).toEqual(["200–250"]);
  expect(store.row(249)).toBe(249);
});

test("scrolling through does not ask for what was passed by", async () => {
  const { store, asked, answer } = check(100_000);
  for (let row = 0; row < 50_000; row += 500) store.want(row, row + 30);
  await answer();
  await answer();
  expect(asked).toEqual(["0–100", "500–600", "49500–49600"]);
});

test("rows of a list that was replaced are dropped", async () => {
  const { store, answer } = check(1000);
  store.want(0, 30);
  store.replace(1000, 0, []);
  await answer();
  expect(store.row(0)).toBeUndefined();
});

test("rows that came with the list are not asked for again", () => {
  const { store, asked } = check(0);
  store.replace(
    1000,
    pageSize,
    Array.from({ length: 250 }, (_, at) => pageSize + at),
  );
  store.want(100, 130);
  store.want(299, 300);
  store.want(300, 301);
  expect(asked).toEqual(["300–400"]);
});

test("a page that failed is reported, and asked for again when wanted again", async () => {
  const { store, asked, answer, errors } = check(1000);
  store.want(900, 910);
  await answer();
  store.want(900, 910);
  expect([asked, errors.length]).toEqual([["900–1000", "900–1000"], 1]);
});
