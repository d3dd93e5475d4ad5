import { Decoder } from "../../base/decode.js";
import type { Outcome } from "../../base/problem.js";
import { findBlockType } from "../ggml/block-types.js";
import type { Grid, MinifloatGrid } from "./grid.js";
import type { FormatStorage, Granularity, NumberFormat, Special } from "./number-format.js";

type Fields = Readonly<Record<string, unknown>>;

/** Reads one file of `server/data/formats`. */
export function decodeFormat(value: unknown, file: string): Outcome<NumberFormat | undefined> {
  const decoder = new Decoder(`Format \`${file}\``);
  const fields = decoder.object(value, "$");
  return {
    value: fields === undefined ? undefined : formatOf(decoder, fields),
    problems: decoder.problems,
  };
}

function formatOf(decoder: Decoder, fields: Fields): NumberFormat | undefined {
  const id = decoder.string(fields["id"], "id");
  const name = decoder.string(fields["name"], "name");
  const source = decoder.string(fields["source"], "source");
  const grid = decodeGrid(decoder, fields["grid"], "grid");
  const granularity = decodeGranularity(decoder, fields["granularity"]);
  const scale = decoder.oneOf(fields["scale"] ?? "float32", "scale", scaleFormats);
  const scaleRule = decoder.oneOf(fields["scaleRule"] ?? "max", "scaleRule", scaleRules);
  const special = decodeSpecial(decoder, fields["special"]);
  const storage = decodeStorage(decoder, fields["storage"]);
  const arithmetic = decoder
    .array(fields["arithmetic"], "arithmetic")
    ?.flatMap((item, index) => decoder.string(item, `arithmetic[${index}]`) ?? []);
  if (
    id === undefined ||
    name === undefined ||
    source === undefined ||
    grid === undefined ||
    granularity === undefined ||
    scale === undefined ||
    scaleRule === undefined ||
    special === undefined ||
    storage === undefined ||
    arithmetic === undefined
  )
    return undefined;
  const isAffine = fields["isAffine"] === true;
  return {
    id,
    name,
    grid,
    isAffine,
    granularity,
    scale,
    scaleRule,
    special,
    storage,
    arithmetic,
    source,
  };
}

function decodeGrid(decoder: Decoder, value: unknown, path: string): Grid | undefined {
  const fields = decoder.object(value, path);
  if (fields === undefined) return undefined;
  const number = (name: string, low: number, high: number): number | undefined =>
    decoder.number(fields[name], `${path}.${name}`, { low, high });
  const kind = decoder.oneOf(fields["kind"], `${path}.kind`, gridKinds);
  switch (kind) {
    case "integer": {
      const bits = number("bits", 2, 16);
      const low = number("low", -32768, 0);
      const high = number("high", 1, 65535);
      const step = fields["step"] === undefined ? 1 : number("step", 2 ** -16, 1);
      return bits === undefined || low === undefined || high === undefined || step === undefined
        ? undefined
        : { kind, bits, low, high, step };
    }
    case "minifloat":
      return decodeMinifloat(decoder, fields, path);
    case "codebook": {
      const bits = number("bits", 1, 8);
      const values = decoder
        .array(fields["values"], `${path}.values`)
        ?.flatMap(
          (item, index) =>
            decoder.number(item, `${path}.values[${index}]`, { low: -1e6, high: 1e6 }) ?? [],
        );
      if (bits === undefined || values === undefined) return undefined;
      if (
        values.length > 2 ** bits ||
        values.some((item, at) => at > 0 && item <= (values[at - 1] ?? 0))
      )
        return decoder.complain(
          `${path}.values`,
          `should rise, with at most ${2 ** bits} numbers.`,
        );
      return { kind, bits, values };
    }
    case "posit": {
      const bits = number("bits", 3, 16);
      const exponentSize = number("exponentSize", 0, 3);
      return bits === undefined || exponentSize === undefined
        ? undefined
        : { kind, bits, exponentSize };
    }
    case "power": {
      const bits = number("bits", 2, 8);
      const exponent = number("exponent", 0.25, 8);
      return bits === undefined || exponent === undefined ? undefined : { kind, bits, exponent };
    }
    case undefined:
      return undefined;
  }
}

function decodeMinifloat(
  decoder: Decoder,
  fields: Fields,
  path: string,
): MinifloatGrid | undefined {
  const number = (name: string, low: number, high: number): number | undefined =>
    decoder.number(fields[name], `${path}.${name}`, { low, high });
  const exponentBits = number("exponentBits", 1, 8);
  const mantissaBits = number("mantissaBits", 0, 10);
  const bias = number("bias", -128, 255);
  const specials = decoder.oneOf(fields["specials"], `${path}.specials`, specialsKinds);
  return exponentBits === undefined ||
    mantissaBits === undefined ||
    bias === undefined ||
    specials === undefined
    ? undefined
    : {
        kind: "minifloat",
        exponentBits,
        mantissaBits,
        bias,
        isSigned: fields["isSigned"] !== false,
        specials,
      };
}

function decodeGranularity(decoder: Decoder, value: unknown): Granularity | undefined {
  if (value === "tensor" || value === "channel") return { kind: value };
  const size = decoder.number(value, "granularity", { low: 2, high: 65536 });
  return size === undefined ? undefined : { kind: "group", size };
}

function decodeSpecial(decoder: Decoder, value: unknown): Special | undefined {
  if (value === undefined) return { kind: "plain" };
  const fields = decoder.object(value, "special");
  if (fields === undefined) return undefined;
  const kind = decoder.oneOf(fields["kind"], "special.kind", specialKinds);
  const sigmas = (): number | undefined =>
    decoder.number(fields["sigmas"], "special.sigmas", { low: 1, high: 100 });
  switch (kind) {
    case "choice": {
      const grids = decoder
        .array(fields["grids"], "special.grids")
        ?.flatMap((item, index) => decodeGrid(decoder, item, `special.grids[${index}]`) ?? []);
      return grids === undefined ? undefined : { kind, grids };
    }
    case "outlier-victim": {
      const outlier = decodeGrid(decoder, fields["outlier"], "special.outlier");
      const limit = sigmas();
      return outlier === undefined || limit === undefined
        ? undefined
        : { kind, outlier, sigmas: limit };
    }
    case "decomposition": {
      const limit = sigmas();
      return limit === undefined ? undefined : { kind, sigmas: limit };
    }
    case "l-mul": {
      const mantissaBits = decoder.number(fields["mantissaBits"], "special.mantissaBits", {
        low: 1,
        high: 10,
      });
      return mantissaBits === undefined ? undefined : { kind, mantissaBits };
    }
    case "ggml": {
      const type = decoder.string(fields["type"], "special.type");
      if (type === undefined) return undefined;
      return findBlockType(type)?.encode === undefined
        ? decoder.complain("special.type", "should be a block type that is written here.")
        : { kind, type };
    }
    case undefined:
      return undefined;
  }
}

function decodeStorage(decoder: Decoder, value: unknown): FormatStorage | undefined {
  const fields = decoder.object(value, "storage");
  if (fields === undefined) return undefined;
  const number = (name: string, high: number): number | undefined =>
    decoder.number(fields[name], `storage.${name}`, { low: 1, high });
  const elementBits = number("elementBits", 32);
  const packedElements = number("packedElements", 256);
  const alignmentBytes = number("alignmentBytes", 4096);
  return elementBits === undefined || packedElements === undefined || alignmentBytes === undefined
    ? undefined
    : { elementBits, packedElements, alignmentBytes };
}

const gridKinds = ["integer", "minifloat", "codebook", "posit", "power"] as const;
const specialsKinds = ["ieee", "nan", "fnuz", "finite"] as const;
const scaleFormats = ["float32", "float16", "e8m0", "e4m3", "ue5m3"] as const;
const scaleRules = ["max", "mean", "unit"] as const;
const specialKinds = ["choice", "outlier-victim", "decomposition", "l-mul", "ggml"] as const;
