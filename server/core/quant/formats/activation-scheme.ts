import type { Scheme } from "./scheme.js";

/** Schemes that activations are quantized to where a format is multiplied as it is: one scale for the tensor. */
export const activationSchemeIds = ["uint8@tensor", "fp8-e4m3@tensor", "nvfp4"] as const;

/** The activations that go with weights of this scheme; undefined where nothing multiplies them natively. */
export function activationSchemeId({ format }: Scheme): string | undefined {
  switch (format.arithmetic[0]) {
    case "int8":
    case "int4":
      return "uint8@tensor";
    case "float8":
    case "float6":
      return "fp8-e4m3@tensor";
    case "float4":
      return "nvfp4";
    default:
      return undefined;
  }
}
