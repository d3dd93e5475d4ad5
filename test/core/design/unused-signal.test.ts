import { expect, test } from "vitest";
import { rtlRule } from "../../../server/core/design/rtl/rules/unused-signal.js";
import type { RuleSubject } from "../../../server/core/design/rtl/rules/rule.js";

test("a signal that nothing speaks of is told, unless the preprocessor decides whether it is there", () => {
  const text = `module m(input a, output y);
  wire unused;
\`ifdef FORMAL
  wire property_only;
\`endif
  assign y = a;
endmodule
`;
  const subject = { texts: new Map([["m.v", text]]) } as unknown as RuleSubject;
  expect(rtlRule.check(subject).map(({ message }) => message)).toEqual([
    "`unused` is declared and not used.",
  ]);
});
