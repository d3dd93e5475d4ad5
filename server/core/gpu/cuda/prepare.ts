/**
 * CUDA C++ for a parser of C++: the same text, character for character as long, in which what is CUDA's own reads as C++. Words that say
 * where a function runs or a variable lies become blanks (whoever needs them looks into the file's own text), and a launch
 * `k<<<grid, block>>>(n)` becomes a call of a call, `k(((grid, block)))(n)`. A grammar of CUDA's own exists, but is a second one of 13 MB
 * that differs from C++'s in these alone. Bodies of function-like macros go behind the text as functions, so that they are parsed.
 */
export function prepareCuda(text: string): { readonly text: string; readonly macros: string } {
  const plain = blankOutside(text).replace(cudaWords, blank);
  const launched = withBraces(withLaunches(plain));
  const macros = macroFunctions(launched);
  return { text: launched + macros, macros };
}

/** Name of the function that holds a macro's body. */
export const macroPrefix = "__rp_macro_";

const cudaWords =
  /\b(?:__global__|__device__|__host__|__shared__|__constant__|__managed__|__grid_constant__|__forceinline__|__noinline__|__inline__|__align__\s*\(\s*\d+\s*\)|alignas\s*\(\s*\d+\s*\)|__launch_bounds__\s*\([^()]*(?:\([^()]*\)[^()]*)*\)|__cluster_dims__\s*\([^()]*\)|__block_size__\s*\([^()]*\)|__maxnreg__\s*\([^()]*\)|__restrict__|__restrict)(?![A-Za-z0-9_])/g;

const blank = (found: string): string => found.replace(/[^\n]/g, " ");

/** Comments and the insides of preprocessor conditions' other branches stay; only what would mislead the patterns goes. */
function blankOutside(text: string): string {
  // Comments alone: a launch in one is none, and words in one are no attributes. Strings may hold `//`.
  return text.replace(
    /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g,
    (found) => (found.startsWith("/") ? blank(found) : found),
  );
}

/** `<<<` … `>>>` `(`: what stands between must be balanced and short, or it is no launch. */
function withLaunches(text: string): string {
  let result = text;
  let at = result.indexOf("<<<");
  for (let count = 0; at !== -1 && count < mostLaunches; count += 1) {
    const end = result.indexOf(">>>", at);
    if (end === -1 || end - at > longestLaunch) break;
    const between = result.slice(at + 3, end);
    if (/^\s*\(/.test(result.slice(end + 3, end + 200)) && !/[;{}]/.test(between))
      result = `${result.slice(0, at)}(((${between})))${result.slice(end + 3)}`;
    at = result.indexOf("<<<", at + 3);
  }
  return result;
}

/** `dim3 grid(n, m);` of names alone would read as a function: braces say the same. */
function withBraces(text: string): string {
  const characters = [...text.matchAll(/\bdim3\s+\w+\s*\(/g)].slice(0, mostLaunches);
  let result = text;
  for (const found of characters) {
    const open = found.index + found[0].length - 1;
    let depth = 0;
    for (let at = open; at < Math.min(text.length, open + longestLaunch); at += 1) {
      if (text[at] === "(") depth += 1;
      if (text[at] === ")") depth -= 1;
      if (depth > 0) continue;
      if (/^\s*[;,]/.test(text.slice(at + 1, at + 40)))
        result = `${result.slice(0, open)}{${result.slice(open + 1, at)}}${result.slice(at + 1)}`;
      break;
    }
  }
  return result;
}

const mostLaunches = 1000;
const longestLaunch = 2000;

const macroLine =
  /^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)\(([^()\n]*)\)((?:[^\n\\]|\\.|\\\r?\n)*)/gm;

/** A body with statements is a function of them, any other returns its value. */
function macroFunctions(text: string): string {
  const functions: string[] = [];
  for (const [, name, parameters, raw] of text.matchAll(macroLine)) {
    if (functions.length >= mostMacros) break;
    const body = (raw ?? "").replace(/\\\r?\n/g, "\n").trim();
    if (body === "" || body.length > longestMacro || /(^|[^#])#(?!#)/.test(body)) continue;
    const names = (parameters ?? "")
      .split(",")
      .map((one) => one.trim())
      .filter((one) => /^[A-Za-z_]\w*$/.test(one))
      .map((one) => `auto ${one}`);
    const isStatement =
      /;|^\s*(?:asm|__asm__|do|if|for|while|\{)\b/.test(body) || body.startsWith("{");
    const inside = isStatement ? `${body};` : `return ${body};`;
    functions.push(`\nvoid ${macroPrefix}${name ?? ""}(${names.join(", ")}) { ${inside} }`);
  }
  return functions.join("");
}

const mostMacros = 400;
const longestMacro = 4000;
