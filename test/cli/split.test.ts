import { expect, test } from "vitest";
import { cli, resnet50 } from "../kit/cli.js";

const pair = [
  ...["--target", "raspberry-pi-4/onnxruntime/fp32", "--target", "nvidia-rtx-4090/tensorrt/fp16"],
];

test("a slow link keeps the model on the device, a fast one leaves it to the server", async () => {
  const { status, out } = await cli(["split", resnet50, ...pair]);
  expect(status).toBe(0);
  const best = [...out.matchAll(/^▸ (.*?)  /gm)].map(([, place]) => place);
  expect(best).toEqual(["all on the device", "all on the server", "all on the server"]);
  expect(out).toMatch(/after AveragePool `n172` +8 KiB/);
});

test("JSON names the places, one plan for each link", async () => {
  const { out } = await cli([
    ...["split", "examples/mobile-block.onnxtxt", ...pair, "--link", "100Mb/s"],
    "--json",
  ]);
  const { splits } = JSON.parse(out) as {
    readonly splits: readonly { readonly best: { readonly place: string } }[];
  };
  expect(splits).toHaveLength(1);
  expect(splits[0]!.best.place).toMatch(/^(after|all on)/);
});

test.each([
  [pair.slice(2), "takes `--target` twice"],
  [[...pair, "--rtt", "60fps"], "`--rtt` takes a time"],
  [[...pair, "--link", "slow"], "`--link` takes a rate"],
  [[...pair, "--bits", "0"], "`--bits` takes a whole number"],
])("%j is a wrong call", async (words, message) => {
  const { status, err } = await cli(["split", resnet50, ...words]);
  expect(status).toBe(2);
  expect(err).toContain(message);
});
