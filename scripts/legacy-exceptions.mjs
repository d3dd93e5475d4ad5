// Says WebAssembly's exceptions the older way. The reader of SystemVerilog is built with `try_table` and `exnref`, which Node.js 20 and
// 22 and the editors on them do not know; they know `try` and `catch` of the proposal's first form, and so does everything newer.
//
// With one kind of exception the two say the same: an `exnref` is the payload that it was thrown with (an address), throwing it again
// is throwing the payload, and what is to be caught "of any kind" is caught of that one. What JavaScript throws, such as the end of the
// program, then passes without clean-up, and nothing of the instance is used after it.
// See: github.com/WebAssembly/exception-handling, proposals/exception-handling/{Exceptions,legacy/Exceptions}.md.

const exnref = 0x69;
const i32 = 0x7f;
const section = { custom: 0, type: 1, import: 2, function: 3, code: 10, tag: 13 };

/** The same module for engines of either age, without its custom sections (a third of it is names). */
export function withLegacyExceptions(bytes) {
  const reader = new Reader(bytes, 8);
  const parts = [bytes.subarray(0, 8)];
  let types = [];
  let functionTypes = [];
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const size = reader.number();
    const inside = new Reader(bytes, reader.at);
    reader.at += size;
    let body = bytes.subarray(inside.at, reader.at);
    if (id === section.custom) continue;
    if (id === section.type) ({ types, body } = typeSection(inside));
    if (id === section.import) checkImports(inside);
    if (id === section.function) functionTypes = inside.list(() => inside.number());
    if (id === section.tag && inside.number() !== 1)
      throw new Error("More than one kind of exception: the payload no longer tells which it is.");
    if (id === section.code) {
      const parameterCounts = functionTypes.map((type) => types[type] ?? 0);
      body = codeSection(inside, parameterCounts);
    }
    parts.push(Uint8Array.from([id, ...leb(body.length)]), body);
  }
  return Buffer.concat(parts);
}

class Reader {
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++];
  }

  number() {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.byte();
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  }

  /** A number of which only the end matters. */
  pass(count = 1) {
    for (let index = 0; index < count; index += 1) while (this.byte() >= 128);
  }

  passName() {
    const length = this.number();
    this.at += length;
  }

  list(read) {
    return Array.from({ length: this.number() }, read);
  }
}

function leb(value) {
  const bytes = [];
  do {
    const low = value & 127;
    value >>>= 7;
    bytes.push(value === 0 ? low : low | 128);
  } while (value !== 0);
  return bytes;
}

function withoutReference(type) {
  return type === exnref ? i32 : type;
}

/** How many parameters each type has, and the section with payloads for references. */
function typeSection(reader) {
  const out = [];
  const types = reader.list(() => {
    if (reader.byte() !== 0x60) throw new Error("A type that is no function's");
    out.push(0x60);
    const [parameters] = [0, 1].map(() => {
      const values = reader.list(() => withoutReference(reader.byte()));
      out.push(...leb(values.length), ...values);
      return values.length;
    });
    return parameters;
  });
  return { types, body: Uint8Array.from([...leb(types.length), ...out]) };
}

/** Nothing but functions is imported by what YoWASP builds: a tag would be one more kind of exception. */
function checkImports(reader) {
  reader.list(() => {
    reader.passName();
    reader.passName();
    if (reader.byte() !== 0) throw new Error("An import that is no function");
    reader.pass();
  });
}

function codeSection(reader, parameterCounts) {
  const parts = [Uint8Array.from(leb(reader.number()))];
  for (const parameters of parameterCounts) {
    const size = reader.number();
    parts.push(...functionBody(reader, reader.at + size, parameters));
  }
  return Buffer.concat(parts);
}

/** Kinds of a clause of `try_table`. */
const catching = { one: 0, oneReference: 1, all: 2, allReference: 3 };

function functionBody(reader, end, parameters) {
  const groups = reader.list(() => [reader.number(), withoutReference(reader.byte())]);
  const spare = parameters + groups.reduce((sum, [count]) => sum + count, 0);
  const out = new Copier(reader);
  let usesSpare = false;
  const open = [];
  while (reader.at < end) {
    const start = reader.at;
    const code = reader.byte();
    if (code === op.end) {
      const clause = open.pop();
      if (clause === undefined) continue;
      out.copyTo(start);
      usesSpare ||= clause.kind === catching.oneReference;
      out.put(op.catch, 0, ...payloadFor(clause.kind, spare), op.br, ...leb(clause.label + 1));
    } else if (code === op.tryTable) {
      const type = blockType(reader);
      const clauses = reader.list(() => {
        const kind = reader.byte();
        if (kind < catching.all) reader.pass();
        return { kind, label: reader.number() };
      });
      out.copyTo(start);
      out.put(op.try, ...type);
      out.skipTo(reader.at);
      // There is one kind of exception: the first clause takes it.
      open.push(clauses[0]);
    } else if (code === op.throwReference) {
      out.copyTo(start);
      out.put(op.throw, 0);
      out.skipTo(reader.at);
    } else if (code === op.block || code === op.loop || code === op.if) {
      const type = blockType(reader);
      out.copyTo(start + 1);
      out.put(...type);
      out.skipTo(reader.at);
      open.push(undefined);
    } else if (code === op.nullReference) {
      if (reader.byte() !== exnref) throw new Error("A reference that is no exception");
      out.copyTo(start);
      out.put(op.i32Const, 0);
      out.skipTo(reader.at);
    } else passOperands(reader, code);
  }
  if (reader.at !== end) throw new Error("A function does not end where it says.");
  out.copyTo(end);
  if (usesSpare) groups.push([1, i32]);
  const head = [...leb(groups.length), ...groups.flatMap(([count, type]) => [...leb(count), type])];
  const length = out.parts.reduce((sum, part) => sum + part.length, head.length);
  return [Uint8Array.from([...leb(length), ...head]), ...out.parts];
}

/** From the payload on the stack to what the clause's label takes. */
function payloadFor(kind, spare) {
  switch (kind) {
    case catching.all:
      return [op.drop];
    case catching.oneReference:
      return [op.localTee, ...leb(spare), op.localGet, ...leb(spare)];
    default:
      return [];
  }
}

/** Copies a function, but for what is put in place of something. */
class Copier {
  parts = [];
  #reader;
  #from;

  constructor(reader) {
    this.#reader = reader;
    this.#from = reader.at;
  }

  copyTo(at) {
    if (at > this.#from) this.parts.push(this.#reader.bytes.subarray(this.#from, at));
    this.#from = at;
  }

  put(...bytes) {
    this.parts.push(Uint8Array.from(bytes));
  }

  skipTo(at) {
    this.#from = at;
  }
}

function blockType(reader) {
  const start = reader.at;
  if (reader.bytes[start] === exnref) {
    reader.at += 1;
    return [i32];
  }
  reader.pass();
  return [...reader.bytes.subarray(start, reader.at)];
}

const op = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  try: 0x06,
  catch: 0x07,
  throw: 0x08,
  throwReference: 0x0a,
  end: 0x0b,
  br: 0x0c,
  drop: 0x1a,
  tryTable: 0x1f,
  localGet: 0x20,
  localTee: 0x22,
  i32Const: 0x41,
  nullReference: 0xd0,
};

/** What stands behind an instruction's code. */
function passOperands(reader, code) {
  const range = (low, high) => low <= code && code <= high;
  if (code <= 0x01 || code === 0x05 || code === 0x0f || range(0x1a, 0x1b) || range(0x45, 0xc4))
    return;
  if (range(0x0c, 0x0d) || code === 0x08 || code === 0x10 || range(0x20, 0x26) || range(0x3f, 0x42))
    reader.pass();
  else if (code === 0x0e) reader.pass(reader.number() + 1);
  else if (code === 0x11 || range(0x28, 0x3e)) reader.pass(2);
  else if (code === 0x43) reader.at += 4;
  else if (code === 0x44) reader.at += 8;
  else if (code === 0xfc) {
    const second = reader.number();
    // Saturating conversions; then what copies and fills memories and tables.
    if (second >= 8) reader.pass(second % 2 === 0 && second <= 14 ? 2 : 1);
  } else throw new Error(`An instruction that is not known here: 0x${code.toString(16)}`);
}
