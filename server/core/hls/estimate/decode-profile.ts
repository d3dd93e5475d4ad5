import { Decoder } from "../../base/decode.js";
import type { Outcome } from "../../base/problem.js";
import type { AreaCosts, HlsProfile, Intervals, OperatorCost, RegisterCosts } from "./profile.js";

/** A file of `server/data/hls`. */
export function decodeProfile(value: unknown, file: string): Outcome<HlsProfile | undefined> {
  const decoder = new Decoder(`HLS tool \`${file}\``);
  const root = decoder.object(value, "");
  if (root === undefined) return { value: undefined, problems: decoder.problems };
  const number = (from: Readonly<Record<string, unknown>>, key: string, path: string): number =>
    decoder.number(from[key], `${path}${key}`, { low: 0, high: 1e9 }) ?? 0;
  const flag = (key: string): boolean => {
    if (typeof root[key] !== "boolean") decoder.complain(key, "should be true or false.");
    return root[key] === true;
  };
  const operators: Record<string, OperatorCost> = {};
  const listed = decoder.object(root["operators"], "operators") ?? {};
  for (const [name, one] of Object.entries(listed)) {
    const path = `operators.${name}.`;
    const cost = decoder.object(one, path) ?? {};
    decoder.string(cost["source"], `${path}source`);
    operators[name] = {
      latency: number(cost, "latency", path),
      dsp: number(cost, "dsp", path),
      lut: number(cost, "lut", path),
      ff: number(cost, "ff", path),
    };
  }
  const registers = (given: unknown, around: string): RegisterCosts => {
    const path = `${around}registers.`;
    const costs = decoder.object(given, path) ?? {};
    return {
      moved: number(costs, "moved", path),
      cleared: number(costs, "cleared", path),
      mostChosen: number(costs, "mostChosen", path),
      lutPerElementBeyond: number(costs, "lutPerElementBeyond", path),
    };
  };
  const area = (kind: string): AreaCosts => {
    const path = `area.${kind}.`;
    const costs =
      decoder.object((root["area"] as Record<string, unknown> | undefined)?.[kind], path) ?? {};
    return {
      baseLut: number(costs, "baseLut", path),
      baseFf: number(costs, "baseFf", path),
      lutPerBank: number(costs, "lutPerBank", path),
      ffPerBank: number(costs, "ffPerBank", path),
      lutPerPort: number(costs, "lutPerPort", path),
      ffPerPort: number(costs, "ffPerPort", path),
      bramBase: number(costs, "bramBase", path),
      bramPerPort: number(costs, "bramPerPort", path),
      lutPerLoop: number(costs, "lutPerLoop", path),
      ffPerLoop: number(costs, "ffPerLoop", path),
      ...(costs["registers"] !== undefined && { registers: registers(costs["registers"], path) }),
    };
  };
  const intervals = (kind: string): Intervals => {
    const path = `intervals.${kind}.`;
    const given =
      decoder.object((root["intervals"] as Record<string, unknown> | undefined)?.[kind], path) ??
      {};
    const pair = (key: string): readonly [number, number] => {
      const [low, high] = decoder.array(given[key], path + key) ?? [];
      return [
        decoder.number(low, `${path}${key}[0]`, { low: 0, high: 1 }) ?? 1,
        decoder.number(high, `${path}${key}[1]`, { low: 1, high: 1000 }) ?? 1,
      ];
    };
    return {
      cycles: pair("cycles"),
      dsp: pair("dsp"),
      lut: pair("lut"),
      ff: pair("ff"),
      bram: pair("bram"),
    };
  };
  const [most, least] = decoder.array(root["dspWidths"], "dspWidths") ?? [];
  const widths = { low: 1, high: 1024 };
  const profile: HlsProfile = {
    id: decoder.string(root["id"], "id") ?? "",
    label: decoder.string(root["label"], "label") ?? "",
    clockNs: number(root, "clockNs", ""),
    operators,
    mostFilled: number(root, "mostFilled", ""),
    carryLatency: number(root, "carryLatency", ""),
    loadLatency: number(root, "loadLatency", ""),
    loopOverhead: number(root, "loopOverhead", ""),
    ports: number(root, "ports", ""),
    bramBits: number(root, "bramBits", ""),
    lutRamBits: number(root, "lutRamBits", ""),
    dspWidths: [
      decoder.number(most, "dspWidths[0]", widths) ?? 27,
      decoder.number(least, "dspWidths[1]", widths) ?? 18,
    ],
    hasPartialSums: flag("hasPartialSums"),
    memoryBits: number(root, "memoryBits", ""),
    memoryLatency: number(root, "memoryLatency", ""),
    needsEvenRows: flag("needsEvenRows"),
    hoistsInvariants: flag("hoistsInvariants"),
    guardLatency: number(root, "guardLatency", ""),
    bankChoiceLatency: number(root, "bankChoiceLatency", ""),
    bankTurn: number(root, "bankTurn", ""),
    unrollsLeftAlone: flag("unrollsLeftAlone"),
    readsEarly: flag("readsEarly"),
    movesAtOnce: flag("movesAtOnce"),
    area: { merlin: area("merlin"), plain: area("plain") },
    intervals: { merlin: intervals("merlin"), plain: intervals("plain") },
  };
  return { value: decoder.problems.length > 0 ? undefined : profile, problems: decoder.problems };
}
