import type { Place, SourceRange } from "../base/text-span.js";
import type { ElementType } from "./element-type.js";
import type { TensorType, ValueType } from "./value-type.js";

/**
 * What every format reader produces and every later stage reads. Plain data; nodes and values are indices into their
 * graph's lists, so a graph of 50,000 nodes is a few flat arrays. Weights are references, never contents.
 */
export interface Model {
  /** Id of the reader that made it: `onnx`, `onnx-text`, `op`. */
  readonly format: string;
  readonly name: string;
  /** Tool and version that wrote the file, as it says itself. */
  readonly producer: string;
  readonly irVersion: number | undefined;
  /** Operator set version by domain; the default domain is "". */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: Graph;
  /** Model-local functions; `expandFunctions` inlines them before shapes are inferred. */
  readonly functions: readonly FunctionDefinition[];
  /** Present when the model is the record of a program that was run. */
  readonly trace?: TraceFacts;
  /** Present for a model that writes text token by token: its graph is one call, a step or a prompt. */
  readonly generation?: GenerationFacts;
  /** The file's element types hold, whatever a rule derives: integer kernels narrow and widen as they like. */
  readonly ownsElementTypes?: boolean;
}

/** Symbols `sequence` and `past` of the graph are the new tokens of a call and the cached ones before them. */
export interface GenerationFacts {
  /** Longest context that it was trained for; undefined when the file does not tell. */
  readonly contextLimit: number | undefined;
  readonly layerCount: number;
  readonly hidden: number;
  readonly heads: number;
  readonly vocabulary: number;
  /** Precision of targets that counts quantized weights as they are stored; undefined where they are not, or no target does. */
  readonly storedPrecision?: string;
  /** That share the model, where one may choose; undefined where the file is what it is. */
  readonly devices?: number;
  /** One device's part of the same model on so many, where one may choose, or why they cannot share it. */
  readonly modelOn?: (devices: number) => Model | { readonly reason: string };
  /** How a call of many new tokens is computed, where that is not how a step is. */
  readonly ofMany?: CallOfMany | undefined;
  /** What makes tokens of an image, for models that see. */
  readonly image?: ImageEncoder;
}

/** A graph of its own, which runs once for an image before its tokens are read like those of a prompt. */
export interface ImageEncoder {
  readonly graph: Graph;
  /** Pixels along a side. */
  readonly size: number;
  readonly tokens: number;
}

/** The same call by another graph, which takes less work when there are many new tokens. */
export interface CallOfMany {
  readonly graph: Graph;
  /** It does where tokens × (past + tokens) ≥ `threshold` × past. */
  readonly threshold: number;
}

/**
 * What is known of a program that was run, beyond its graph. Declared types are then what happened: inference confirms
 * them and does not overrule them, and what follows from weights alone was computed all the same, so nothing is folded.
 */
export interface TraceFacts {
  /** Parameters as the framework counts them: each once, unused ones included, running statistics not. */
  readonly parameterCount: number;
  readonly sources: SourceTable;
}

/** Where every node comes from; lists of indices, so that a frame shared by thousands of calls is there once. */
export interface SourceTable {
  /** The file that was asked for; "" when an expression alone was. */
  readonly mainFile: string;
  readonly frames: readonly SourceFrame[];
  /** By node: frames of the call, innermost first, as indices of `frames`. */
  readonly callFrames: readonly (readonly number[])[];
  /** By node: the module whose `forward` made the call, as an index of `modules`; -1 outside any. */
  readonly moduleOfNode: readonly number[];
  readonly modules: readonly SourceModule[];
}

export interface SourceFrame extends SourceRange {
  /** Qualified name of the function that the frame runs. */
  readonly functionName: string;
}

export interface SourceModule {
  /** Dotted path below the model, "" for the model itself. */
  readonly path: string;
  readonly className: string;
  /** Frames in which the module was made, innermost first: the line that says `nn.Conv2d(…)` comes first. */
  readonly creationFrames: readonly number[];
}

export type ValueId = number;
export type NodeId = number;
/** Stands for an optional input or output that the node leaves out. */
export const absent = -1;

export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  /** In execution order: a node stands after the nodes that make its inputs. Readers sort, and report cycles. */
  readonly nodes: readonly Node[];
  readonly values: readonly Value[];
  /** For a body of If, Loop or Scan: which of its values are values of the graph around it. */
  readonly captures: readonly { readonly inner: ValueId; readonly outer: ValueId }[];
  readonly place?: Place;
}

export interface Value {
  readonly name: string;
  /** What the file says of it (input, output or value_info); inference checks it and does not trust it. */
  readonly declared?: ValueType;
  /** Present when the value is a constant of the file. */
  readonly weight?: Weight;
  /** How stored integers stand for real numbers, where the file says it of the tensor itself. */
  readonly quantization?: Quantization;
  /** State that outlives an inference: nothing makes it, and it is no input. */
  readonly isVariable?: boolean;
  /** Keys or values of earlier tokens, which a target keeps in a width of its own. */
  readonly isCache?: boolean;
  /** What a recurrence remembers of earlier tokens; it does not grow with them. */
  readonly isState?: boolean;
  /** What the user says that an input holds; row-major, 0 and 1 for bool. The input is still given at run time. */
  readonly contents?: readonly number[];
  readonly place?: Place;
}

/** Affine: real = scale × (stored − zero point); one scale for all, or one for each slice along `axis`. */
export interface Quantization {
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  readonly axis: number;
}

export interface Node {
  readonly name: string;
  /** Canonical operator: ONNX's name, whatever the source format; rules are looked up by domain and op. */
  readonly op: string;
  readonly domain: string;
  /** The name in the source's own framework where it differs: `CONV_2D`, `conv2d`. */
  readonly sourceOp?: string;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly attributes: Attributes;
  /** Slash-separated path of the module the node came from; "" when not known. */
  readonly scope: string;
  readonly metadata?: ReadonlyMap<string, string>;
  readonly place?: Place;
  /** Overload of a model-local function (IR version 10); "" otherwise. */
  readonly overload?: string;
  /** Operator set version of its domain where it is not the model's: a node inlined from a function. */
  readonly opset?: number;
}

export type Attributes = ReadonlyMap<string, Attribute>;
export const noAttributes: Attributes = new Map();

export type Attribute =
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "strings"; readonly value: readonly string[] }
  | { readonly kind: "tensor"; readonly value: Weight }
  | { readonly kind: "tensors"; readonly value: readonly Weight[] }
  | { readonly kind: "graph"; readonly value: Graph }
  | { readonly kind: "graphs"; readonly value: readonly Graph[] }
  | { readonly kind: "type"; readonly value: ValueType | undefined }
  | { readonly kind: "types"; readonly value: readonly (ValueType | undefined)[] }
  /** Inside a function body: the value of the calling node's attribute of that name. */
  | { readonly kind: "reference"; readonly value: string };

/** A constant tensor by reference. `data` is there only for small ones, which shape arithmetic may need. */
export interface Weight {
  readonly elementType: ElementType;
  readonly shape: readonly number[];
  /** Bytes of storage in the declared type, dense. For a sparse initializer: of its values and indices. */
  readonly byteLength: number;
  /** State that no one trains (running statistics, tables, numbers in the code): bytes, but no parameters. */
  readonly isBuffer?: boolean;
  /** The file has the last two extents the other way round, as PyTorch keeps `nn.Linear`. */
  readonly isTransposed?: boolean;
  /** Transposes between the file and what `shape` speaks of, those of the file first (`quant/stored-weight.ts`). */
  readonly arrangement?: readonly Arrangement[];
  /** Checkpoints whose other weights are quantized leave it in 16 bits. */
  readonly staysWide?: boolean;
  /** Number of stored elements when the tensor is sparse. */
  readonly sparseCount?: number;
  /** Where its bytes lie: `file` relative to the model's folder, or the model's own file when left out. */
  readonly location?: WeightLocation;
  readonly data?: readonly Scalar[];
  /** Share of its elements that are not zero, where somebody has counted them (`io/quant/count-zeros.ts`). */
  readonly density?: number;
}

/** A tensor of `shape` whose extents are put in the order `permutation`, as ONNX's Transpose does. */
export interface Arrangement {
  readonly shape: readonly number[];
  readonly permutation: readonly number[];
}

export interface WeightLocation {
  readonly file?: string;
  readonly offset: number;
  readonly length: number;
  /** Protobuf variable-length integers, one per element; dense little-endian elements when left out. */
  readonly encoding?: "varint";
  /** ggml's type of blocks that the elements lie in (`quant/ggml`). */
  readonly blocks?: string;
}

/** Element of a small constant. 64-bit integers outside ±2^53 are rounded; only comparisons with them matter. */
export type Scalar = number | string;

export interface FunctionDefinition {
  readonly name: string;
  readonly domain: string;
  readonly overload: string;
  readonly attributes: readonly string[];
  readonly defaults: Attributes;
  readonly opsets: ReadonlyMap<string, number>;
  readonly body: Graph;
}

export function weightType(weight: Weight): TensorType {
  return { kind: "tensor", elementType: weight.elementType, shape: weight.shape };
}

/** `Conv` for the default domain, `com.microsoft:FusedConv` otherwise; `ai.onnx` is the default domain's long name. */
export function operatorKey(domain: string, op: string): string {
  return domain === "" || domain === "ai.onnx" ? op : `${domain}:${op}`;
}
