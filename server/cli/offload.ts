import { offload, type Offload } from "../core/offload/offload.js";
import type { OffloadPoint } from "../core/offload/plan-offload.js";
import { beyondContext } from "../core/serving/beyond-context.js";
import { formatBytes, formatNumber, formatSeconds, formatShare } from "../core/base/units.js";
import { table } from "../core/reports/text-table.js";
import { unknownTargetMessage } from "../core/targets/suggest-targets.js";
import type { Catalogue, Target } from "../core/targets/target.js";
import { rateText } from "../core/views/config/config-lens.js";
import { secondsWithInterval } from "../core/views/text/estimate-text.js";
import { findDataFolder, loadCatalogue } from "../io/catalogue-files.js";
import { readModelFile } from "../io/read-model.js";
import { readArguments } from "./arguments.js";
import type { Command } from "./command.js";
import { print } from "./print.js";
import { bytesOf, bytesPerSecondOf } from "./quantity-words.js";
import { UsageError } from "./usage-error.js";
import { positiveInteger } from "./words.js";

export const command: Command = {
  name: "offload",
  summary: "a language model that a GPU has too little memory for, dealt out to it and its host",
  usage: `ridgepoint offload MODEL --target GPU --host CPU [options]

How many layers a GPU takes (llama.cpp's --n-gpu-layers), and of mixtures how many layers' experts stay with the host
(--n-cpu-moe): memory on both, time of a token and of a prompt, and the best that fits. MODEL is a config.json or GGUF file.

  --target ID           the GPU (default nvidia-rtx-4090/llama-cpp-cuda/q4-k-m)
  --host ID             its host, in the same precision (default amd-ryzen-9-7950x/llama-cpp-cpu/…)
  --context N           tokens that the cache has room for, all there when a token is timed (default 4096)
  --prompt N            tokens of the prompt (default 512)
  --link RATE           between the two (default 25GB/s, what PCIe 4.0 × 16 sustains)
  --memory BYTES        of the GPU, in place of all it has: 10GiB
  --host-memory BYTES   of the host (default 64GiB)
  --all                 every number of layers, not every eighth
  --json                everything as JSON`,
  run: async (words) => {
    const given = readArguments(words, {
      flags: ["all", "json"],
      once: ["target", "host", "context", "prompt", "link", "memory", "host-memory"],
      many: [],
    });
    const [file] = given.files;
    if (file === undefined || given.files.length > 1)
      throw new UsageError("`ridgepoint offload` takes one model.");
    const { value: catalogue } = await loadCatalogue({
      dataFolder: await findDataFolder(),
      chipFolders: [],
    });
    const device = targetOf(catalogue, given.one("target") ?? usualDevice);
    const host = hostOf(catalogue, given.one("host"), device);
    if (host.chip.id === device.chip.id)
      throw new UsageError(`\`${device.id}\` cannot be the GPU and its own host.`);
    if (host.precision.id !== device.precision.id)
      throw new UsageError(
        `Both share one file of weights: \`${host.precision.id}\` is not \`${device.precision.id}\`.`,
      );
    const count = (option: string, usual: number): number => {
      const word = given.one(option);
      return word === undefined ? usual : positiveInteger(word, `--${option}`);
    };
    const memory = given.one("memory");
    const promptTokens = count("prompt", 512);
    const contextTokens = count("context", Math.max(4096, promptTokens));
    if (contextTokens < promptTokens)
      throw new UsageError(
        `\`--context ${contextTokens}\` has no room for a prompt of ${promptTokens} tokens.`,
      );
    const request = {
      device,
      host,
      contextTokens,
      promptTokens,
      linkBytesPerSecond: bytesPerSecondOf(given.one("link") ?? "25GB/s", "--link"),
      ...(memory !== undefined && { deviceBytes: bytesOf(memory, "--memory") }),
      hostBytes: bytesOf(given.one("host-memory") ?? "64GiB", "--host-memory"),
    };
    const { value: model, problems } = readModelFile(file);
    const found = model === undefined ? undefined : offload(model, request);
    if (found === undefined || typeof found === "string") {
      const complaint =
        found === undefined
          ? problems[0]?.message
          : `\`${file}\` ${found}; give a language model's config.json or GGUF file.`;
      process.stderr.write(`ridgepoint: ${complaint ?? "The file holds no model."}\n`);
      return 1;
    }
    const output = given.has("json")
      ? `${JSON.stringify({ schemaVersion: 1, file, offload: found }, null, 2)}\n`
      : textOf(found, { isAll: given.has("all") });
    await print(output);
    return 0;
  },
};

const usualDevice = "nvidia-rtx-4090/llama-cpp-cuda/q4-k-m";
const usualHost = "amd-ryzen-9-7950x/llama-cpp-cpu";

function targetOf(catalogue: Catalogue, id: string): Target {
  const target = catalogue.find(id);
  if (target === undefined) throw new UsageError(unknownTargetMessage(catalogue, id));
  return target;
}

/** The usual one, in the GPU's precision, unless another is named. */
function hostOf(catalogue: Catalogue, named: string | undefined, device: Target): Target {
  if (named !== undefined) return targetOf(catalogue, named);
  const usual = catalogue.find(`${usualHost}/${device.precision.id}`);
  if (usual === undefined)
    throw new UsageError(
      `The usual host, \`${usualHost}\`, does not compute in \`${device.precision.id}\`: name another with \`--host\`.`,
    );
  return usual;
}

function textOf(found: Offload, { isAll }: { readonly isAll: boolean }): string {
  const { model, device, host, layerCount, points, best } = found;
  const step = isAll ? 1 : Math.max(1, Math.ceil(layerCount / 8));
  const shown = points.filter(
    (point) =>
      point === best ||
      (point.hostExperts === 0
        ? point.deviceLayers % step === 0 || point.deviceLayers > layerCount
        : point.hostExperts % step === 0),
  );
  const head = `${model} · ${layersText(layerCount)} · ${device.label} (${formatBytes(device.capacityBytes)}) with ${host.label} (${formatBytes(host.capacityBytes)})\n\n`;
  const rows = shown.map((point) => [
    `${point === best ? "▸ " : "  "}${placeText(point, layerCount)}`,
    `${formatBytes(point.deviceBytes)}, ${formatShare(point.deviceBytes / device.capacityBytes)}`,
    formatBytes(point.hostBytes),
    secondsWithInterval(point.tokenSeconds),
    rateText(1 / point.tokenSeconds.value),
    formatSeconds(point.promptSeconds.value),
    point.fits ? "fits" : "does not fit",
  ]);
  const body = table(
    ["on the GPU", "its memory", "host", "a token", "rate", "prompt", ""],
    rows,
    "lrrrrrl",
  );
  const warning = beyondContext(found.contextTokens, found.contextLimit);
  return `${head}${body}\n${bestText(found)}\n${warning === undefined ? "" : `${warning}\n`}`;
}

function placeText({ deviceLayers, hostExperts }: OffloadPoint, layerCount: number): string {
  if (hostExperts > 0) return `all but experts of the first ${layersText(hostExperts)}`;
  if (deviceLayers > layerCount) return "all";
  return deviceLayers === 0 ? "nothing" : layersText(deviceLayers);
}

function layersText(count: number): string {
  return count === 1 ? "1 layer" : `${count} layers`;
}

function bestText({ best, layerCount, host, points }: Offload): string {
  if (best === null) return "No way of dealing it out fits.";
  if (best.deviceLayers === 0) return "Best that fits: all on the host (--n-gpu-layers 0).";
  const words =
    best.hostExperts > 0
      ? `--n-gpu-layers ${layerCount + 1} --n-cpu-moe ${best.hostExperts}`
      : `--n-gpu-layers ${best.deviceLayers}`;
  const alone = points[0];
  const gain =
    alone === undefined
      ? ""
      : `, ${formatNumber(alone.tokenSeconds.value / best.tokenSeconds.value)} times as fast as ${host.label} alone`;
  return `Best that fits: ${words}, ${rateText(1 / best.tokenSeconds.value)}${gain}.`;
}
