import { describe, expect, test } from "vitest";
import { fitNetworks } from "../../scripts/calibrate/fit-networks.js";
import type { WeighedKinds } from "../../server/core/cost/calibrated/calibration.js";
import { likenessTo } from "../../server/core/cost/calibrated/hosts.js";
import { hostFeatures } from "../../scripts/calibrate/train/fit-hosts.js";
import { fitWork, type WorkRow, type WorkSums } from "../../scripts/calibrate/train/fit-work.js";

function summed(parts: readonly WorkSums[]): WorkSums {
  const work = new Map<string, Float64Array>();
  const launches = new Map<string, number>();
  for (const part of parts) {
    for (const [id, values] of part.work)
      work.set(
        id,
        values.map((value, index) => value + (work.get(id)?.[index] ?? 0)),
      );
    for (const [name, count] of part.launches)
      launches.set(name, count + (launches.get(name) ?? 0));
  }
  return { work, launches };
}

/** Networks of two kinds of kernel in changing numbers. */
function rows(secondsOf: (conv: number, add: number) => number): readonly WorkRow[] {
  const made: WorkRow[] = [];
  for (let conv = 1; conv <= 12; conv++)
    for (let add = 0; add <= 12; add += 3)
      made.push({
        key: `${conv},${add}`,
        measured: secondsOf(conv, add),
        work: new Map([
          ["work-conv", Float64Array.of(conv, conv * conv)],
          ["work-elementwise", Float64Array.of(add)],
        ]),
        launches: new Map([
          ["conv", conv],
          ["binary", add],
        ]),
      });
  return made;
}

describe("weights of work from times of networks", () => {
  test("sums are taken apart", () => {
    const fit = fitWork(
      rows((conv, add) => 5e-4 + 1e-3 * conv + 2e-4 * conv * conv + 3e-4 * add),
      { hasDispatch: false },
    );
    expect(fit.once).toBeCloseTo(5e-4, 5);
    expect(fit.weights.get("work-conv")?.[0]).toBeCloseTo(1e-3, 5);
    expect(fit.weights.get("work-conv")?.[1]).toBeCloseTo(2e-4, 5);
    expect(fit.weights.get("work-elementwise")?.[0]).toBeCloseTo(3e-4, 5);
  });

  test("one measurement in ten that is far off does not move the rest", () => {
    const fit = fitWork(
      rows((conv, add) => (1e-3 * conv + 3e-4 * add) * (conv === 7 && add === 6 ? 3 : 1)),
      { hasDispatch: false },
    );
    expect(fit.weights.get("work-elementwise")?.[0]).toBeCloseTo(3e-4, 5);
  });

  test("launches that run ahead are told from kernels", () => {
    // Few kernels: the launches decide; many: the convolutions, whose work grows with the square.
    const truth = (conv: number, add: number): number =>
      ((2e-5 * conv * conv) ** 4 + (1e-4 * conv + 5e-5 * add) ** 4) ** (1 / 4);
    const all = rows(truth);
    const fit = fitWork(all, { hasDispatch: true });
    const errors = all.map((row) => Math.abs(fit.predict(row) / row.measured - 1));
    expect(Math.max(...errors)).toBeLessThan(0.05);
  });

  test("blocks that were waited for one by one are each as long as the slower of their kernels and launches", () => {
    const block = (conv: number, add: number): WorkSums => ({
      work: new Map([
        ["work-conv", Float64Array.of(conv, conv * conv)],
        ["work-elementwise", Float64Array.of(add)],
      ]),
      launches: new Map([
        ["conv", conv],
        ["binary", add],
      ]),
    });
    const seconds = (conv: number, add: number): number =>
      ((2e-5 * conv * conv) ** 4 + (1e-4 * conv + 5e-5 * add) ** 4) ** (1 / 4);
    const made = rows(seconds).map((row, index): WorkRow => ({
      ...row,
      measured: row.measured + seconds(1 + (index % 12), index % 5),
      work: new Map(),
      launches: new Map(),
      blocks: [{ work: row.work, launches: row.launches }, block(1 + (index % 12), index % 5)],
    }));
    const errorsOf = (all: readonly WorkRow[]): readonly number[] => {
      const fit = fitWork(all, { hasDispatch: true });
      return all.map((row) => Math.abs(fit.predict(row) / row.measured - 1));
    };
    const sums = made.map((row) => summed(row.blocks ?? []));
    const whole = made.map((row, index): WorkRow => ({ ...row, ...sums[index] }));
    expect(Math.max(...errorsOf(whole))).toBeLessThan(0.05);
    // As if nothing had been waited for, they are not told apart.
    const ahead = made.map(({ key, measured }, index): WorkRow => {
      return { key, measured, work: new Map(), launches: new Map(), ...sums[index] };
    });
    expect(Math.max(...errorsOf(ahead))).toBeGreaterThan(0.1);
  });

  test("one card in two machines has one set of kernels and two times for launches", () => {
    const slow = 1.5;
    const made = (session: string, host: number, size: number): readonly WorkRow[] =>
      rows(
        (conv, add) =>
          ((2e-5 * conv * conv) ** 4 + (host * (1e-4 * conv + 5e-5 * add)) ** 4) ** (1 / 4),
      ).map((row) => ({
        ...row,
        session,
        aggregates: new Float64Array(hostFeatures.length).fill(size),
      }));
    const fast = made("fast", 1, 10);
    const fit = fitWork([...fast, ...made("slow", slow, 20)], { hasDispatch: true });
    const [first, second] = fit.hosts ?? [];
    expect((second?.factor ?? 1) / (first?.factor ?? 1)).toBeCloseTo(slow, 1);
    const errors = fast.map((row) => Math.abs(fit.predict(row) / row.measured - 1));
    expect(Math.max(...errors)).toBeLessThan(0.05);
    // What is like neither gets the mean host, whose launches lie between.
    const few = fast.find(({ key }) => key === "1,12");
    const strange = few && { ...few, aggregates: new Float64Array(hostFeatures.length).fill(60) };
    const between = strange ? fit.predict(strange) / strange.measured : 0;
    expect(between).toBeGreaterThan(1.1);
    expect(between).toBeLessThan(1.4);
  });

  test("sessions of different batch sizes are told apart, however alike their networks are", () => {
    const at = hostFeatures.indexOf("log-batch");
    const made = (session: string, batch: number): readonly WorkRow[] =>
      rows((conv, add) => 2e-5 * conv * conv + 5e-5 * add).map((row, index) => {
        const aggregates = new Float64Array(hostFeatures.length).fill(20 + (index % 9));
        aggregates[at] = Math.log2(batch);
        return { ...row, session, aggregates };
      });
    const { hosts = [] } = fitWork([...made("32", 32), ...made("64", 64)], { hasDispatch: false });
    const asked = hostFeatures.map((name) => (name === "log-batch" ? 6 : 24));
    const [other = 1, own = 0] = likenessTo(hosts, asked);
    expect(own).toBeGreaterThan(0.95);
    expect(other).toBeLessThan(0.05);
  });

  test("each space of a processor's networks has a fit of its own", () => {
    const made = (space: string, add: number, size: number): readonly WorkRow[] =>
      rows((conv, adds) => 1e-3 + 2e-4 * conv * conv + add * adds).map((row) => ({
        ...row,
        space,
        session: space,
        aggregates: new Float64Array(hostFeatures.length).fill(size),
      }));
    const { network } = fitNetworks([...made("a", 5e-5, 10), ...made("b", 5e-3, 20)], {
      hasDispatch: false,
    });
    const { power, spaces } = network["dispatch"] as {
      readonly power: number;
      readonly spaces: Readonly<Record<string, { readonly kinds: WeighedKinds }>>;
    };
    // What an inference takes once is added, since nothing runs ahead.
    expect(power).toBe(1);
    const unary = (name: string): number =>
      Math.max(...(spaces[name]?.kinds["work-elementwise"]?.weights ?? []));
    expect(unary("b") / unary("a")).toBeGreaterThan(50);
  });
});
