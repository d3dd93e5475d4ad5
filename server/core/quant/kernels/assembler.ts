/**
 * As much of a WebAssembly assembler as the kernels need: functions of 32-bit parameters and locals over one imported
 * memory. Code is nested lists of bytes, so that a kernel reads like the instructions that it is made of.
 * Encodings: WebAssembly Core Specification 2.0, sections 5.3 to 5.5.
 */
export type Code = number | readonly Code[];

export type ValueType = "i32" | "f32" | "v128";

export interface KernelFunction {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

const typeCodes: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

/** A module that imports `env.memory` and exports its functions, which answer nothing. */
export function assemble(functions: readonly KernelFunction[]): Uint8Array {
  const types = functions.map(({ params }) => [0x60, vector(params.map(typeOf)), vector([])]);
  const memoryImport = [text("env"), text("memory"), 0x02, 0x00, unsigned(1)];
  const bytes: number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  const sections: readonly (readonly [number, Code])[] = [
    [1, vector(types)],
    [2, vector([memoryImport])],
    [3, vector(functions.map((_, index) => unsigned(index)))],
    [7, vector(functions.map(({ name }, index) => [text(name), 0x00, unsigned(index)]))],
    [10, vector(functions.map((made) => sized([localsOf(made), made.body, 0x0b])))],
  ];
  for (const [id, content] of sections) flatten([id, sized(content)], bytes);
  return Uint8Array.from(bytes);
}

function localsOf({ locals }: KernelFunction): Code {
  return vector(locals.map((type) => [unsigned(1), typeOf(type)]));
}

function typeOf(type: ValueType): number {
  return typeCodes[type];
}

function vector(items: readonly Code[]): Code {
  return [unsigned(items.length), items];
}

function sized(content: Code): Code {
  const bytes = flatten(content, []);
  return [unsigned(bytes.length), bytes];
}

function text(value: string): Code {
  return vector(Array.from({ length: value.length }, (_, index) => value.charCodeAt(index)));
}

function flatten(code: Code, into: number[]): number[] {
  if (typeof code === "number") into.push(code);
  else for (const item of code) flatten(item, into);
  return into;
}

function unsigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

function signed(value: number): Code {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0))
      return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

export const get = (local: number): Code => [0x20, unsigned(local)];
export const set = (local: number): Code => [0x21, unsigned(local)];
export const i32 = (value: number): Code => [0x41, signed(value)];
export const f32 = (value: number): Code => [
  0x43,
  [...new Uint8Array(new Float32Array([value]).buffer)],
];

const plain = (...bytes: readonly number[]): Code => bytes;
/** Instructions of the vector extension: a prefix and a number. */
const simd = (number: number): Code => [0xfd, unsigned(number)];
const access = (operation: Code, alignment: number, offset: number): Code => [
  operation,
  unsigned(alignment),
  unsigned(offset),
];

export const i32Add = plain(0x6a);
export const i32LessUnsigned = plain(0x49);
export const f32Store = (offset = 0): Code => access(plain(0x38), 2, offset);

export const v128 = {
  load: (offset = 0): Code => access(simd(0x00), 2, offset),
  store: (offset = 0): Code => access(simd(0x0b), 2, offset),
  loadSplat: (offset = 0): Code => access(simd(0x09), 2, offset),
  and: simd(0x4e),
  andNot: simd(0x4f),
  or: simd(0x50),
  select: simd(0x52),
  /** Four equal lanes. */
  constant: (bits: number): Code => {
    const lane = [bits & 255, (bits >>> 8) & 255, (bits >>> 16) & 255, (bits >>> 24) & 255];
    return [simd(0x0c), lane, lane, lane, lane];
  },
};

export const f32x4 = {
  splat: simd(0x13),
  lane: (index: number): Code => [simd(0x1f), index],
  equal: simd(0x41),
  greater: simd(0x44),
  greaterEqual: simd(0x46),
  nearest: simd(0x6a),
  abs: simd(0xe0),
  add: simd(0xe4),
  subtract: simd(0xe5),
  multiply: simd(0xe6),
  divide: simd(0xe7),
  /** `pmin(a, b)` is b < a ? b : a, one instruction on every processor; NaN has been taken out before. */
  pmin: simd(0xea),
  pmax: simd(0xeb),
};

export const i32x4 = {
  splat: simd(0x11),
  lane: (index: number): Code => [simd(0x1b), index],
  add: simd(0xae),
  subtract: simd(0xb1),
  maxSigned: simd(0xb8),
};

/** `body` while `condition` holds; looked at before each round. */
export function whileLoop(condition: Code, body: Code): Code {
  return [[0x02, 0x40, 0x03, 0x40], condition, [0x45, 0x0d, 0x01], body, [0x0c, 0x00, 0x0b, 0x0b]];
}
