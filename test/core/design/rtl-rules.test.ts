import { expect, test } from "vitest";
import { rtlRules } from "../../../server/core/design/rtl/rules/index.generated.js";

test("no two rules have one code", () => {
  const codes = rtlRules.map(({ code }) => code);
  expect(codes).toEqual([...new Set(codes)]);
});
