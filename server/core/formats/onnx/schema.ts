/**
 * Field numbers of ONNX's protobuf schema up to IR version 13 (onnx.proto of the ONNX project). The schema is fixed by
 * the format: numbers are never reused, so a table of them is all that a reader needs. Fields that are not listed are
 * skipped: training information, device configurations, quantization annotations.
 */
export const modelField = {
  irVersion: 1,
  producerName: 2,
  producerVersion: 3,
  domain: 4,
  modelVersion: 5,
  docString: 6,
  graph: 7,
  opsetImport: 8,
  metadata: 14,
  trainingInfo: 20,
  functions: 25,
  configuration: 26,
} as const;

export const graphField = {
  node: 1,
  name: 2,
  initializer: 5,
  docString: 10,
  input: 11,
  output: 12,
  valueInfo: 13,
  quantizationAnnotation: 14,
  sparseInitializer: 15,
  metadata: 16,
} as const;

export const nodeField = {
  input: 1,
  output: 2,
  name: 3,
  opType: 4,
  attribute: 5,
  docString: 6,
  domain: 7,
  overload: 8,
  metadata: 9,
  deviceConfigurations: 10,
} as const;

export const attributeField = {
  name: 1,
  float: 2,
  int: 3,
  string: 4,
  tensor: 5,
  graph: 6,
  floats: 7,
  ints: 8,
  strings: 9,
  tensors: 10,
  graphs: 11,
  docString: 13,
  typeProto: 14,
  typeProtos: 15,
  type: 20,
  refAttributeName: 21,
  sparseTensor: 22,
  sparseTensors: 23,
} as const;

export const attributeType = {
  undefined: 0,
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
  sparseTensor: 11,
  sparseTensors: 12,
  typeProto: 13,
  typeProtos: 14,
} as const;

export const tensorField = {
  dims: 1,
  dataType: 2,
  segment: 3,
  floatData: 4,
  int32Data: 5,
  stringData: 6,
  int64Data: 7,
  name: 8,
  rawData: 9,
  doubleData: 10,
  uint64Data: 11,
  docString: 12,
  externalData: 13,
  dataLocation: 14,
  metadata: 16,
} as const;

export const sparseTensorField = { values: 1, indices: 2, dims: 3 } as const;

export const valueInfoField = { name: 1, type: 2, docString: 3, metadata: 4 } as const;

export const typeField = {
  tensor: 1,
  sequence: 4,
  map: 5,
  denotation: 6,
  opaque: 7,
  sparseTensor: 8,
  optional: 9,
} as const;

/** Same numbers in TypeProto.Tensor and TypeProto.SparseTensor. */
export const tensorTypeField = { elementType: 1, shape: 2 } as const;
/** Same number in TypeProto.Sequence and TypeProto.Optional. */
export const containerTypeField = { elementType: 1 } as const;
export const mapTypeField = { keyType: 1, valueType: 2 } as const;
export const shapeField = { dim: 1 } as const;
export const dimensionField = { value: 1, parameter: 2, denotation: 3 } as const;

export const functionField = {
  name: 1,
  input: 4,
  output: 5,
  attribute: 6,
  node: 7,
  docString: 8,
  opsetImport: 9,
  domain: 10,
  attributeProto: 11,
  valueInfo: 12,
  overload: 13,
  metadata: 14,
} as const;

export const opsetField = { domain: 1, version: 2 } as const;
/** StringStringEntryProto. */
export const entryField = { key: 1, value: 2 } as const;

/** The newest IR version whose fields are listed here. */
export const newestIrVersion = 13;
