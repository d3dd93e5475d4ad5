import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// What the recorder of the shape-only torch saw of small programs. In-place calls must leave a graph in which each
// tensor is made once and later readers depend on the write.

interface Seen {
  readonly programs: Readonly<Record<string, readonly string[]>>;
  readonly errors: readonly string[];
  readonly places: readonly (readonly string[])[];
  readonly generators: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

const script = fileURLToPath(new URL("recorder_checks.py", import.meta.url));
const torch = fileURLToPath(new URL("../../server/meta-torch", import.meta.url));
const text = execFileSync("/usr/bin/python3", [script], {
  encoding: "utf8",
  env: { PYTHONPATH: torch, PYTHONDONTWRITEBYTECODE: "1", PATH: "/usr/bin:/bin" },
});
const seen = JSON.parse(text) as Seen;

function check(program: string, expected: readonly string[]): void {
  expect(seen.programs[program]).toEqual(expected);
}

test("readers after an in-place call depend on it", () => {
  check("in_place", [
    "mul(t0) -> t1 2x3:float32",
    "add(t1) -> t2 2x3:float32",
    "relu(t2) -> t3 2x3:float32",
    "outputs t3",
  ]);
});

test("a write through a view makes a new version of what it is a view of", () => {
  check("through_a_view", [
    "mul(t0) -> t1 2x3:float32",
    "slice(t1) -> t2 2:float32",
    "add(t2) -> t3 2:float32",
    "copy_slice(t1, t3) -> t4 2x3:float32",
    "relu(t4) -> t5 2x3:float32",
    "outputs t5",
  ]);
});

test("an assignment to a region depends on the whole and on the value", () => {
  check("item_assignment", [
    "slice(t0) -> t1 3:float32",
    "copy_slice(t2, t1) -> t3 2x3:float32",
    "add(t3) -> t4 2x3:float32",
    "outputs t4",
  ]);
});

test("tensors keep the shape they had when they were made", () => {
  check("shape_in_place", [
    "mul(t0) -> t1 2x3:float32",
    "unsqueeze(t1) -> t2 1x2x3:float32",
    "transpose(t2) -> t3 1x3x2:float32",
    "add(t3) -> t4 1x3x2:float32",
    "outputs t4",
  ]);
});

test("a write to x.data is a write to x", () => {
  check("data_write", ["add(t0) -> t1 2x3:float32", "add(t1) -> t2 2x3:float32", "outputs t2"]);
});

test("an in-place call keeps the type of what it writes to", () => {
  check("type_kept", [
    "to(t0) -> t1 2x3:float16",
    "add(t1, t0) -> t2 2x3:float16",
    "mul(t2) -> t3 2x3:float16",
    "outputs t3",
  ]);
});

test("out= denotes the result", () => {
  check("out_argument", [
    "add(t0, t0) -> t1 2x3:float32",
    "mul(t1) -> t2 2x3:float32",
    "outputs t2",
  ]);
});

test("errors say what torch says", () => {
  expect(seen.errors.join("\n")).toMatchInlineSnapshot(`
    "RuntimeError: a leaf Variable that requires grad is being used in an in-place operation.
    RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)
    RuntimeError: view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.
    RuntimeError: The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1
    DataDependent: item() needs the contents of a tensor, which depend on weights or inputs
    IndexError: index 5 is out of bounds for dimension 0 with size 2
    RuntimeError: shape '[7]' is invalid for input of size 6
    TypeError: relu(): argument must be Tensor, not str
    RuntimeError: Tensors must have same number of dimensions: got 2 and 1
    RuntimeError: result type Float can't be cast to the desired output type Long"
  `);
});

test("of a deep stack the innermost and the outermost frames are kept", () => {
  expect(seen.places).toEqual([
    [...Array<string>(6).fill("nested"), "places", "<module>"],
    ["nested", "nested", "places", "<module>"],
  ]);
});

test("a generator's caller is the one that resumed it", () => {
  expect(seen.generators).toEqual([
    ["items", "first"],
    ["items", "second"],
  ]);
});

test("a branch on data leaves a note", () => {
  expect(seen.notes).toEqual(["data-dependent"]);
});
