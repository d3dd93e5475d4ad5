/** Measured when nobody names formats; the first one stands for a layer's sensitivity. */
export const defaultSchemeIds = [
  "int8",
  "int8@tensor",
  "int4",
  "int4-g128",
  "fp8-e4m3",
  "fp8-e5m2",
  "mxfp8-e4m3",
  "mxfp4",
  "nvfp4",
  "nf4",
] as const;
