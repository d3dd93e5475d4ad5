import { expect, test } from "vitest";
import { cli } from "../kit/cli.js";

test("targets are listed with method and interval", async () => {
  const { status, out } = await cli(["targets", "rtx-4090", "--json"]);
  expect(status).toBe(0);
  const targets = JSON.parse(out) as {
    id: string;
    method: string;
    interval: { low: number; high: number };
  }[];
  expect(targets.length).toBeGreaterThan(3);
  for (const target of targets) {
    expect(target.id).toMatch(/^nvidia-rtx-4090\/[^/]+\/[^/]+$/);
    expect(target.interval.low).toBeLessThan(1);
    expect(target.interval.high).toBeGreaterThan(1);
  }
  const table = await cli(["targets", "rtx-4090"]);
  expect(table.out).toContain(`${targets.length} targets`);
});

test("every chip answers, at least thirty of them", async () => {
  const targets = JSON.parse((await cli(["targets", "--json"])).out) as { chip: { id: string } }[];
  expect(new Set(targets.map((target) => target.chip.id)).size).toBeGreaterThanOrEqual(30);
});
