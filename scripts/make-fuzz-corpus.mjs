// Writes test/fixtures/fuzz-onnx: small hostile ONNX files, and the problem that each must end in. Run it after adding
// a case; the files are committed, so that what was once survived stays survived.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../test/fixtures/fuzz-onnx/", import.meta.url));

const concat = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const varint = (value) => {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
};
const int = (field, value) => concat(varint(field * 8), varint(value));
const bytes = (field, value) => {
  const content = Buffer.from(value);
  return concat(varint(field * 8 + 2), varint(content.length), content);
};
/** A length-delimited field that claims more than it has. */
const claiming = (field, length, value) => concat(varint(field * 8 + 2), varint(length), value);
const node = (op, inputs, outputs, ...more) =>
  bytes(
    1,
    concat(
      ...inputs.map((name) => bytes(1, name)),
      ...outputs.map((name) => bytes(2, name)),
      bytes(4, op),
      ...more,
    ),
  );
const info = (name, dims = []) =>
  concat(
    bytes(1, name),
    bytes(
      2,
      bytes(1, concat(int(1, 1), bytes(2, concat(...dims.map((d) => bytes(1, int(1, d))))))),
    ),
  );
const input = (name, dims) => bytes(11, info(name, dims));
const output = (name) => bytes(12, bytes(1, name));
const tensor = (name, dims, ...more) =>
  bytes(5, concat(...dims.map((dim) => int(1, dim)), int(2, 1), bytes(8, name), ...more));
const external = (entries) =>
  concat(
    ...Object.entries(entries).map(([key, value]) =>
      bytes(13, concat(bytes(1, key), bytes(2, value))),
    ),
    int(14, 1),
  );
const header = concat(int(1, 10), bytes(8, int(2, 21)));
const model = (...graph) => concat(header, bytes(7, concat(...graph)));
const nested = (depth, wrap, innermost = Buffer.alloc(0)) => {
  let inner = innermost;
  for (let level = 0; level < depth; level += 1) inner = wrap(inner);
  return inner;
};
const bodyIn = (inner) =>
  node("If", ["c"], ["y"], bytes(5, concat(bytes(1, "then_branch"), bytes(6, inner), int(20, 5))));
const elementIn = (inner) => bytes(4, bytes(1, inner));
const relu = node("Relu", ["x"], ["y"]);
const small = [input("x", [1]), relu, output("y")];

const cases = {
  "truncated-in-node": ["RP1002", model(...small).subarray(0, 20)],
  "truncated-tag": ["RP1002", concat(model(...small), [0x80])],
  "graph-longer-than-file": ["RP1002", concat(header, claiming(7, 2 ** 40, concat(...small)))],
  "node-longer-than-graph": [
    "RP1002",
    concat(header, bytes(7, claiming(1, 1000, bytes(4, "Relu"))), bytes(14, Buffer.alloc(2000))),
  ],
  "length-negative": ["RP1002", concat(header, claiming(7, -1, concat(...small)))],
  "varint-of-eleven-bytes": [
    "RP1003",
    concat(header, [0x08], Buffer.alloc(11, 0xff), bytes(7, relu)),
  ],
  "field-number-zero": ["RP1003", model(concat([0x02, 0x00]), ...small)],
  "wire-type-seven": ["RP1003", model(concat([0x0f, 0x00]), ...small)],
  "group-end-alone": ["RP1003", model(concat([0x0c]), ...small)],
  "group-bomb": ["RP1002", model(Buffer.alloc(100_000, 0x0b))],
  "node-as-number": ["RP1004", model(int(1, 5), ...small)],
  "graph-bomb": ["RP1005", concat(header, bytes(7, nested(200, bodyIn)))],
  "type-bomb": [
    "RP1005",
    model(bytes(11, concat(bytes(1, "x"), bytes(2, nested(500, elementIn)))), relu, output("y")),
  ],
  "name-of-a-megabyte": [
    "RP1007",
    model(input("x", [1]), node("Relu", ["x"], ["y"], bytes(3, Buffer.alloc(70_000, 0x61)))),
  ],
  "no-graph": ["RP1008", header],
  random: ["RP1008", Buffer.from("5f3c99e8b17a0142ff00c3d4917e2255aa0b6f", "hex")],
  "no-operator-sets": ["RP1009", concat(int(1, 10), bytes(7, concat(...small)))],
  "ir-version-from-the-future": [
    "RP1010",
    concat(int(1, 2 ** 40), bytes(8, int(2, 21)), bytes(7, concat(...small))),
  ],
  reversed: [
    "RP1011",
    model(input("x", [1]), node("Neg", ["t"], ["y"]), node("Neg", ["x"], ["t"]), output("y")),
  ],
  cycle: ["RP1012", model(node("Add", ["a", "b"], ["b"]), node("Neg", ["b"], ["a"]), output("a"))],
  "self-cycle": ["RP1012", model(node("Neg", ["a"], ["a"]), output("a"))],
  "made-twice": ["RP1013", model(input("x", [1]), relu, relu, output("y"))],
  "input-made-by-node": ["RP1013", model(input("x", [1]), node("Neg", ["x"], ["x"]), output("x"))],
  "missing-input": ["RP1014", model(node("Relu", ["nowhere"], ["y"]), output("y"))],
  "missing-output": ["RP1015", model(input("x", [1]), output("nowhere"))],
  "node-without-operator": ["RP1016", model(input("x", [1]), node("", ["x"], ["y"]), output("y"))],
  "attribute-of-unknown-type": [
    "RP1017",
    model(
      input("x", [1]),
      node("Relu", ["x"], ["y"], bytes(5, concat(bytes(1, "a"), int(20, 99)))),
      output("y"),
    ),
  ],
  "dims-overflow": [
    "RP1018",
    model(tensor("w", [2 ** 31, 2 ** 31, 2 ** 31]), node("Relu", ["w"], ["y"]), output("y")),
  ],
  "dims-negative": ["RP1018", model(tensor("w", [-5]), node("Relu", ["w"], ["y"]), output("y"))],
  "declared-dims-negative": ["RP1018", model(input("x", [-7]), relu, output("y"))],
  "billion-elements-in-one-byte": [
    "RP1020",
    model(tensor("w", [1e9], bytes(9, [0])), node("Relu", ["w"], ["y"]), output("y")),
  ],
  "external-climbs-out": [
    "RP1023",
    model(
      tensor("w", [1], external({ location: "../secret" })),
      node("Relu", ["w"], ["y"]),
      output("y"),
    ),
  ],
  "external-absolute": [
    "RP1023",
    model(
      tensor("w", [1], external({ location: "/etc/passwd" })),
      node("Relu", ["w"], ["y"]),
      output("y"),
    ),
  ],
  "external-missing": [
    "RP1022",
    model(
      tensor("w", [1], external({ location: "weights.bin" })),
      node("Relu", ["w"], ["y"]),
      output("y"),
    ),
  ],
  "external-offset-huge": [
    "RP1025",
    model(
      tensor("w", [1], external({ location: "weights.bin", offset: "99999999999999999999" })),
      node("Relu", ["w"], ["y"]),
      output("y"),
    ),
  ],
  "many-problems": [
    "RP1029",
    model(...Array.from({ length: 1000 }, (_, index) => node("", [], [`y${index}`]))),
  ],
  "many-missing": [
    "RP1014",
    model(
      ...Array.from({ length: 1000 }, (_, index) =>
        node("Relu", [`missing${index}`], [`y${index}`]),
      ),
    ),
  ],
};

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const expected = {};
for (const [name, [code, content]] of Object.entries(cases)) {
  writeFileSync(`${folder}${name}.onnx`, content);
  expected[`${name}.onnx`] = code;
}
writeFileSync(`${folder}expected.json`, `${JSON.stringify(expected, null, 2)}\n`);
