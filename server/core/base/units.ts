/**
 * Text for people. SI base units inside, prefixes only here; at most three significant digits: seconds as µs/ms,
 * bytes as KiB/MiB, rates as GB/s.
 */
const siPrefixes: readonly (readonly [number, string])[] = [
  [1e15, "P"],
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
  [1, ""],
];

/** Three significant digits at most, no exponent, no trailing zeros after a decimal point; minus is U+2212. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "?";
  if (value === 0) return "0";
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  const decimals = Math.max(0, digits - 1 - exponent);
  const text = Math.abs(value).toFixed(Math.min(decimals, 12));
  const trimmed = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return value < 0 && trimmed !== "0" ? `−${trimmed}` : trimmed;
}

/** A change: its sign, then its magnitude as `format` writes it. */
export function formatChange(change: number, format: (magnitude: number) => string): string {
  return `${change < 0 ? "−" : "+"}${format(Math.abs(change))}`;
}

/** 25557032 → "25.6 M". */
export function formatCount(count: number): string {
  return scaled(count, siPrefixes);
}

/** 8030261248 → "8.03 B": a thousand million parameters is a billion to everybody. */
export function formatParameters(count: number): string {
  return formatCount(count).replace(/ G$/, " B");
}

/** 4089184256 → "4.09 GMAC". */
export function formatMacs(macs: number): string {
  const text = scaled(macs, siPrefixes);
  return text.includes(" ") ? `${text}MAC` : `${text} MAC`;
}

/** 0.0000793 → "79.3 µs". */
export function formatSeconds(seconds: number, digits = 3): string {
  if (seconds === 0) return "0 s";
  const magnitude = Math.abs(seconds);
  if (magnitude >= 0.9995) return `${formatNumber(seconds, digits)} s`;
  if (magnitude >= 0.9995e-3) return `${formatNumber(seconds * 1e3, digits)} ms`;
  if (magnitude >= 0.9995e-6) return `${formatNumber(seconds * 1e6, digits)} µs`;
  return `${formatNumber(seconds * 1e9, digits)} ns`;
}

/** 401408 → "392 KiB". */
export function formatBytes(bytes: number, digits = 3): string {
  const magnitude = Math.abs(bytes);
  if (magnitude < 1023.5) return `${formatNumber(bytes, digits)} B`;
  const units = ["KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = bytes / 1024;
  let unitIndex = 0;
  while (Math.abs(value) >= 1023.5 && unitIndex < units.length - 1) {
    value /= 1024;
    unitIndex += 1;
  }
  return `${formatNumber(value, digits)} ${units[unitIndex] ?? "PiB"}`;
}

/** 1.008e12 → "1.01 TB/s". */
export function formatRate(perSecond: number, unit: string): string {
  const text = scaled(perSecond, siPrefixes);
  return text.includes(" ") ? `${text}${unit}` : `${text} ${unit}`;
}

/** 0.0042 → "4.2 mJ". */
export function formatJoules(joules: number): string {
  if (joules === 0) return "0 J";
  const magnitude = Math.abs(joules);
  if (magnitude >= 0.9995) return `${formatNumber(joules)} J`;
  if (magnitude >= 0.9995e-3) return `${formatNumber(joules * 1e3)} mJ`;
  if (magnitude >= 0.9995e-6) return `${formatNumber(joules * 1e6)} µJ`;
  return `${formatNumber(joules * 1e9)} nJ`;
}

/** 0.0412 → "4.1 %"; below a tenth of a percent "<0.1 %". */
export function formatShare(share: number): string {
  if (share === 0) return "0 %";
  if (share < 0.001) return "<0.1 %";
  return `${formatNumber(share * 100, 2)} %`;
}

function scaled(value: number, prefixes: readonly (readonly [number, string])[]): string {
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  for (const [scale, prefix] of prefixes) {
    if (magnitude >= scale * 0.9995)
      return prefix === ""
        ? formatNumber(value / scale)
        : `${formatNumber(value / scale)} ${prefix}`;
  }
  return formatNumber(value);
}

export type QuantityUnit = "s" | "J" | "B" | "1/s" | "MAC" | "dB" | "count" | "";

/** A quantity in its unit; `secondDigits` are the significant digits of times, whose intervals say how many are justified. */
export function formatQuantity(value: number, unit: QuantityUnit, secondDigits: number): string {
  switch (unit) {
    case "s":
      return formatSeconds(value, secondDigits);
    case "J":
      return formatJoules(value);
    case "B":
      return formatBytes(value);
    case "1/s":
      return formatRate(value, "/s");
    case "MAC":
      return formatMacs(value);
    case "dB":
      return `${formatNumber(value)} dB`;
    case "count":
      return formatCount(value);
    case "":
      return formatNumber(value, 4);
  }
}
