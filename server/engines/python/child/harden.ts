/**
 * Takes out of the child's JavaScript world what a way out of Python could use. The gate leaves no such way; this is
 * for the day when it does. What the child itself needs it has imported before.
 */
export function hardenRealm(): void {
  for (const name of Object.getOwnPropertyNames(globalThis))
    if (!kept.has(name)) Reflect.deleteProperty(globalThis, name);
  // Not those of errors: whoever names an error of its own assigns to what it inherits.
  for (const constructor of [Object, Array, Map, Set, Promise, RegExp, String, Number])
    Object.freeze(constructor.prototype as object);
  // `x.constructor.constructor("…")` compiles nothing under the flag that the child runs with; nor is it found.
  for (const example of [
    () => 0,
    async () => Promise.resolve(),
    function* () {},
    async function* () {},
  ])
    Object.defineProperty(Object.getPrototypeOf(example) as object, "constructor", {
      value: undefined,
    });
}

const kept: ReadonlySet<string> = new Set([
  ...["globalThis", "undefined", "NaN", "Infinity", "isNaN", "isFinite", "parseInt", "parseFloat"],
  ...["Object", "Function", "Array", "String", "Number", "Boolean", "BigInt", "Symbol", "Math"],
  ...["JSON", "Date", "RegExp", "Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Promise", "Proxy"],
  ...["Reflect", "Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError"],
  ...["URIError", "AggregateError", "ArrayBuffer", "DataView", "Int8Array", "Uint8Array"],
  ...["Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array"],
  ...["Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "TextEncoder"],
  ...["TextDecoder", "performance", "WebAssembly", "FinalizationRegistry", "queueMicrotask"],
]);
