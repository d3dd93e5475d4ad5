import { fieldOf, type CppNode } from "../../hls/cpp-tree.js";
import { evaluate } from "./evaluate.js";
import { evaluatePlace } from "./places.js";
import { awaitCopies, barrier, copyAsync, tensorLatency } from "./intrinsics.js";
import { arithmeticLatency, type Machine, type Scope } from "./machine.js";
import { access, load, store, writePlace } from "./memory.js";
import { constant, data, type Value } from "./value.js";

/** Inline PTX: the instructions that cost something are known by name; every other counts one. */
export function asmEffects(m: Machine, scope: Scope, node: CppNode): void {
  const code = fieldOf(node, "assembly_code");
  if (code === undefined) return;
  const text = m.text(code);
  const operands = (field: string): readonly CppNode[] =>
    (fieldOf(node, field)?.children ?? [])
      .filter(({ type }) => /operand$/.test(type))
      .flatMap((one) => fieldOf(one, "value") ?? []);
  const outputs = operands("output_operands");
  const inputs = operands("input_operands").map((one) => ({
    node: one,
    value: evaluate(m, scope, one),
  }));
  const give = (value: Value): void => {
    for (const output of outputs) writePlace(m, output, evaluatePlace(m, scope, output), value);
  };
  const pointers = inputs
    .filter(({ value }) => value.pointer !== undefined)
    .map(({ value }) => value);
  const awaited = (): void => {
    for (const { value } of inputs) m.use(value, node);
    for (const output of outputs) m.use(evaluate(m, scope, output), output);
  };
  const product =
    /\b(mma|wgmma)\.\w*?\.?(?:mma_async\.)?(?:sp\.)?[\w.]*?m(\d+)n(\d+)k(\d+)([\w.]*)/.exec(text);
  if (product !== null) {
    awaited();
    tensorProduct(m, node, product);
    give({ ...data(), ready: m.clock + tensorLatency });
    return;
  }
  if (/\bldmatrix\b/.test(text)) {
    give(loadMatrix(m, node, text, pointers[0]));
    return;
  }
  if (/\bcp\.async\.wait_(?:all|group)/.test(text)) {
    const [, count] = /wait_group\s+(\d+)/.exec(text) ?? [];
    const given = inputs[0]?.value.lanes;
    awaitCopies(m, Number(count ?? (typeof given === "number" ? given : 0)));
    return;
  }
  if (/\bcp\.async\.(?:ca|cg|bulk)\b/.test(text)) {
    const numbers = inputs.flatMap(({ value }) =>
      value.pointer === undefined && typeof value.lanes === "number" ? [value.lanes] : [],
    );
    const [, literal] = /\],\s*(\d+)/.exec(text) ?? [];
    const [to, from] = pointers;
    if (to !== undefined && from !== undefined)
      copyAsync(m, node, to, from, constant(Number(literal ?? numbers[0] ?? 16)));
    return;
  }
  if (/\bbar(?:rier)?\.(?:cta\.)?sync\b/.test(text)) {
    barrier(m, node);
    return;
  }
  const moved = /\b(ld|st)\.(?:\w+\.)*?(?:global|shared)[\w:.]*?(?:\.v(\d))?\.[a-z](\d+)/.exec(
    text,
  );
  const [pointer] = pointers;
  if (moved !== null && pointer !== undefined) {
    const bytes = (Number(moved[2] ?? 1) * Number(moved[3] ?? 32)) / 8;
    const type = { base: "float32", bytes, width: 1 } as const;
    if (moved[1] === "ld") give(load(m, node, pointer, type));
    else
      store(
        m,
        node,
        pointer,
        type,
        inputs.find(({ value }) => value.pointer === undefined)?.value ?? data(),
      );
    return;
  }
  awaited();
  const isSpecial = /\b(?:ex2|lg2|rcp|rsqrt|sqrt|sin|cos|tanh)\./.test(text);
  if (/[a-z]/.test(text) && !/commit|fence|mbarrier|createpolicy|prefetch|discard/.test(text))
    m.arithmetic(node, isSpecial ? "special" : "int32", { flops: isSpecial ? 32 : 0 });
  give(data(undefined, { ready: m.clock + arithmeticLatency }));
}

function tensorProduct(m: Machine, node: CppNode, found: RegExpExecArray): void {
  if (m.recorder.isOff) return;
  const [, word, rows, columns, depth, rest] = found;
  const isAsynchronous = word === "wgmma";
  const [a, b, k] = [Number(rows), Number(columns), Number(depth)];
  // A warp group of four shares one wgmma.
  const flops = (2 * a * b * k) / (isAsynchronous ? 4 : 1);
  const types = (rest ?? "")
    .split(".")
    .filter((one) => /^(?:f16|bf16|tf32|f32|f64|s8|u8|s4|u4|e4m3|e5m2|b1|s32)$/.test(one));
  const site = m.site(node, {
    kind: "tensor",
    type: operandTypes[types[1] ?? types[0] ?? "f16"] ?? "float16",
    shape: `m${a}n${b}k${k}`,
    flops,
    isAsynchronous,
  });
  site.executions += m.warps;
  m.clock += 1;
}

const operandTypes: Readonly<Record<string, string>> = {
  f16: "float16",
  bf16: "bfloat16",
  tf32: "tfloat32",
  f32: "tfloat32",
  f64: "float64",
  s8: "int8",
  u8: "int8",
  s4: "int4",
  u4: "int4",
  e4m3: "float8",
  e5m2: "float8",
};

/** Eight rows of 16 bytes for each matrix; lanes 0–7 hold the rows of the first, and so on. */
function loadMatrix(m: Machine, node: CppNode, text: string, pointer: Value | undefined): Value {
  const array = pointer?.pointer;
  if (pointer === undefined || array === undefined || array.space !== "shared") return data();
  const count = Number(/\.x([124])/.exec(text)?.[1] ?? 1);
  const site = access(m, node, { pointer, array, direction: "read", bytes: 16 });
  m.clock += 1;
  if (site === undefined) return data();
  // Of the lanes that a count below four does not use, addresses are given and not read.
  if (count < 4) {
    const warps = m.warps;
    const unused = 1 - count / 4;
    site.wavefronts -= (site.wavefronts / Math.max(1, site.executions)) * warps * unused;
    site.ideal -= (site.ideal / Math.max(1, site.executions)) * warps * unused;
    site.bytes -= (site.bytes / Math.max(1, site.executions)) * warps * unused;
  }
  return data(undefined, { load: { site: site.key, space: "shared", epoch: m.epochs.shared } });
}
