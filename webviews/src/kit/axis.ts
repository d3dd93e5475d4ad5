/** A scale from values to pixels; logarithmic over positive numbers, or linear. */
export interface Scale {
  readonly isLog: boolean;
  readonly low: number;
  readonly high: number;
  readonly toPixel: (value: number) => number;
  readonly toValue: (pixel: number) => number;
}

export function scaleOf(
  { low, high, isLog }: { readonly low: number; readonly high: number; readonly isLog: boolean },
  from: number,
  to: number,
): Scale {
  const a = isLog ? Math.log10(low) : low;
  const b = isLog ? Math.log10(high) : high;
  const span = b - a || 1;
  return {
    isLog,
    low,
    high,
    toPixel: (value) =>
      from +
      (((isLog ? Math.log10(Math.max(value, Number.MIN_VALUE)) : value) - a) / span) * (to - from),
    toValue: (pixel) => {
      const at = a + ((pixel - from) / (to - from)) * span;
      return isLog ? 10 ** at : at;
    },
  };
}

/** Round values between the ends, about as many as asked for; decades on a logarithmic scale, and their halves when few. */
export function ticksOf({ low, high, isLog }: Scale, count: number): readonly number[] {
  const ticks: number[] = [];
  if (isLog) {
    const first = Math.ceil(Math.log10(low) - 1e-9);
    const last = Math.floor(Math.log10(high) + 1e-9);
    const step = Math.max(1, Math.ceil((last - first + 1) / count));
    const parts = last - first < 2 ? [1, 2, 5] : [1];
    for (let decade = first - 1; decade <= last; decade += step)
      for (const part of parts) {
        const value = part * 10 ** decade;
        if (low <= value * 1.0000001 && value <= high * 1.0000001) ticks.push(value);
      }
    return ticks;
  }
  const rough = (high - low) / Math.max(1, count) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((part) => part * power >= rough) ?? 10);
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-9; value += step)
    ticks.push(Math.abs(value) < step * 1e-9 ? 0 : value);
  return ticks;
}

/** Ticks of bytes that are round in the units that bytes are said in. */
export function byteTicksOf(scale: Scale, count: number): readonly number[] {
  const { low, high } = scale;
  if (scale.isLog) {
    // Powers of two, each the same number of doublings after the last, so that 1 KiB, MiB and GiB are among them.
    const first = Math.log2(low) - 1e-9;
    const last = Math.log2(high) + 1e-9;
    const doublings = [1, 2, 5].find((step) => (last - first) / step <= count) ?? 10;
    const ticks: number[] = [];
    for (let power = Math.ceil(first / doublings) * doublings; power <= last; power += doublings)
      ticks.push(2 ** power);
    return ticks;
  }
  const unit = 1024 ** Math.floor(Math.log(Math.max(1, high)) / Math.log(1024));
  const scaled = scaleOf({ low: low / unit, high: high / unit, isLog: false }, 0, 1);
  return ticksOf(scaled, Math.max(1, count)).map((tick) => tick * unit);
}

/** Ends of a range with some room around them; values that are not there leave a decade, or 0 to 1. */
export function rangeOf(
  values: readonly number[],
  { isLog, room }: { readonly isLog: boolean; readonly room: number },
): { readonly low: number; readonly high: number; readonly isLog: boolean } {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value) || (isLog && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return isLog ? { low: 1, high: 10, isLog } : { low: 0, high: 1, isLog };
  if (isLog) {
    const widen = 10 ** (Math.max(0.3, Math.log10(high / low)) * room);
    return { low: low / widen, high: high * widen, isLog };
  }
  const widen = (high - low || Math.abs(high) || 1) * room;
  return {
    low: Math.min(low - widen, low > 0 ? Math.max(0, low - widen) : low),
    high: high + widen,
    isLog,
  };
}
