import type { Problem } from "../../base/problem.js";
import { type CppNode } from "../cpp-tree.js";
import type { FileScope } from "./scope.js";

/** Cores of the vendor's libraries that a call puts in place: what they take depends on a configuration and a generator. */
const cores = /^hls::(ip_)?(fft|fir|dds|rsr|interleaver|deinterleaver)$/;

/** Functions of the tool's libraries that are operators here, or cost nothing. */
const known = new Set(
  `sqrt sqrtf rsqrt recip exp expf exp2 exp10 expm1 log logf log2 log10 log1p pow powf sin sinf cos cosf tan tanf sincos asin acos atan
  atan2 sinh cosh tanh tanhf fabs fabsf abs labs min max fmin fmax fminf fmaxf floor floorf ceil ceilf round roundf rint trunc truncf fmod
  fmodf remainder modf frexp ldexp hypot cbrt erf copysign signbit isnan isinf isfinite fma mad divide nextafter
  memcpy memmove memset printf fprintf puts putchar assert exit abort free malloc calloc sizeof static_cast reinterpret_cast const_cast
  dynamic_cast make_tuple make_pair tie swap move forward get to_string ap_wait ap_wait_n nb_read reg fence print`.split(
    /\s+/,
  ),
);

/** Says of a call of a function whose body nobody has that its cost is missing. */
export function unknownCall(
  { structs, types, aliases, functionMacros }: FileScope,
  node: CppNode,
  called: string,
  args: readonly CppNode[],
): Problem | undefined {
  const name = called.replace(/^.*::/, "").trim();
  const [first] = args;
  const end = args.at(-1)?.end ?? node.end;
  if (cores.test(called) && first !== undefined)
    return {
      code: "RP5313",
      severity: "warning",
      message: `\`${called}\` is a core of its own, whose cycles and hardware are not counted here: add what the report of the tool says of it.`,
      place: { kind: "text", span: { start: first.start, end } },
    };
  const isConversion = structs.has(name) || types.has(name) || aliases.has(name);
  if (isConversion || functionMacros.has(name) || known.has(name) || !/^\w+$/.test(name))
    return undefined;
  // Constructors and intrinsics of the tool.
  if (
    /^(?:a[pc]_u?(?:int|fixed|float|uint)|vector|array|u?int\d*_t|_\w*|half|float|double|u?int|short|char|long|bool|unsigned|size_t)$/.test(
      name,
    )
  )
    return undefined;
  return uncountedProblem(name, node);
}

export function uncountedProblem(name: string, node: CppNode): Problem {
  return {
    code: "RP5314",
    severity: "information",
    message: `\`${name}\` has no body in the files that were read; what it takes is not counted.`,
    place: { kind: "text", span: { start: node.start, end: node.end } },
  };
}
