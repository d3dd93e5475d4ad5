import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { mapCall } from "../../../../server/core/formats/torch-trace/operators.js";
import { findRule } from "../../../../server/core/ops/lookup.js";

/** Names of calls that the shape-only torch may record: literal ones in its sources, and those of its operator table. */
const script = `
import ast, json, pathlib
root = pathlib.Path("server/meta-torch/torch")
names = set()
for file in root.rglob("*.py"):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in ("make", "make_view", "make_many", "record", "_unary", "_define_binary"):
                names.add(node.args[0].value)
print(json.dumps(sorted(names)))
`;

test("every call that torch records has a rule that counts its work", () => {
  const output = execFileSync("python3", ["-c", script], {
    cwd: path.resolve("."),
    encoding: "utf8",
  });
  const names = JSON.parse(output) as readonly string[];
  expect(names.length).toBeGreaterThan(100);
  const missing = names.filter((op) => {
    const { op: mapped, domain } = mapCall({
      op,
      inputs: [0, 1, 2],
      outputs: [3],
      attributes: new Map([["equation", "ij,jk->ik"]]),
      module: -1,
      frames: [],
      shape: () => [2, 3, 4, 4],
      elementType: () => "float32",
      outputShape: () => [2, 3, 4, 4],
      outputElementType: () => "float32",
    });
    return findRule(domain, mapped) === undefined;
  });
  expect(missing).toEqual([]);
});
