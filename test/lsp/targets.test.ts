import path from "node:path";
import { expect, test } from "vitest";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { Analyst } from "../../server/lsp/analyst.js";
import { createAnswers } from "../../server/lsp/answers.js";

const root = path.resolve(import.meta.dirname, "../..");

test("targets say what their numbers rest on; the chosen ones come first", async () => {
  const answers = createAnswers(new Analyst(path.join(root, "server/data"), neverCancelled));
  const chosen = ["google-edge-tpu/edgetpu/int8", "raspberry-pi-5/onnxruntime/fp32"];
  const targets = await answers.targets({
    choice: { targetIds: chosen, chipFolders: [], accelerators: [] },
    use: "network",
  });
  expect(targets.slice(0, 2).map(({ id, method }) => [id, method])).toEqual([
    [chosen[0], "roofline"],
    [chosen[1], "calibrated"],
  ]);
  const methodOf = (id: string): string | undefined =>
    targets.find((target) => target.id === id)?.method;
  expect(methodOf("amd-kv260/dpu-b4096f/int8")).toBe("calibrated");
  expect(new Set(targets.map(({ method }) => method)).size).toBeGreaterThan(2);
});

test("where none are chosen, a model that writes text is predicted for what such models run on", async () => {
  const answers = createAnswers(new Analyst(path.join(root, "server/data"), neverCancelled));
  const chosenFor = async (use: "network" | "decoder" | "llama-cpp"): Promise<string[]> => {
    const choice = { targetIds: [], chipFolders: [], accelerators: [] };
    const targets = await answers.targets({ choice, use });
    return targets.filter(({ isChosen }) => isChosen).map(({ id }) => id.split("/")[1] ?? "");
  };
  expect(await chosenFor("network")).toEqual(["tensorrt", "onnxruntime", "x-cube-ai"]);
  expect(await chosenFor("decoder")).toEqual(["tensorrt-llm", "llama-cpp-cuda", "llama-cpp-metal"]);
  expect(await chosenFor("llama-cpp")).toEqual([
    "llama-cpp-cuda",
    "llama-cpp-metal",
    "llama-cpp-cpu",
  ]);
});
