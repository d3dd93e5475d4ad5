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

test("every measured target states an error, its own or that of what it was fitted with", async () => {
  const targets = JSON.parse((await cli(["targets", "--json"])).out) as {
    id: string;
    method: string;
    error: { kind: string; median: number; of?: string }[] | null;
  }[];
  const measured = targets.filter(({ method }) => method === "calibrated");
  expect(measured.length).toBeGreaterThan(300);
  expect(measured.filter(({ error }) => (error ?? []).length === 0)).toEqual([]);
  const h100 = measured.find(({ id }) => id === "nvidia-h100-sxm/tensorrt-llm/bf16");
  expect(h100?.error?.every(({ of }) => of === undefined)).toBe(true);
  const quantized = measured.find(({ id }) => id === "nvidia-a40/llama-cpp-cuda/q8-0");
  expect(quantized?.error?.every(({ of }) => of === "nvidia-a40/llama-cpp-cuda/*")).toBe(true);
});

test("every chip answers, at least thirty of them", async () => {
  const targets = JSON.parse((await cli(["targets", "--json"])).out) as { chip: { id: string } }[];
  expect(new Set(targets.map((target) => target.chip.id)).size).toBeGreaterThanOrEqual(30);
});
