import { parseCsv } from "../csv.js";
import { groupBy } from "../group.js";
import { kernelsAt, type BatchedNetwork } from "../network-kernels.js";
import type { CalibrationContext, CalibrationSet, Fragment, Sample, Subject } from "../set.js";
import { fitNetwork, type MeasuredNetwork } from "../train/fit-network.js";

/**
 * Throughput of whole image networks, as saturated batches on GPUs and one image at a time on CPUs. Keys are families
 * (`resnet`, `convnext`), so that a held-out network has no sibling in the fit. Needs timm's sources: `--python-path`.
 */
export const set: CalibrationSet = {
  id: "timm_infer",
  licence: "Apache-2.0",
  origin:
    "timm benchmark results, https://github.com/huggingface/pytorch-image-models: about 730 image networks",
  isCommittable: true,
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: async (ctx, samples) => {
    const fragments: Fragment[] = [];
    for (const [targetId, networks] of await measuredNetworks(ctx, samples)) {
      const target = ctx.target(targetId);
      if (target === undefined) continue;
      if (networks.length < fewest) {
        console.error(
          `timm_infer: ${networks.length} networks of ${targetId} could be made; give timm's sources with --python-path.`,
        );
        continue;
      }
      const { kind, network, unseen } = fitNetwork(target, networks, {
        ...(targetId.includes("-eager-") && { launch: eagerLaunch }),
        // Saturated batches leave little to the small kernels, one image does not. What few networks speak of is pulled
        // to the roofline ten times as hard as by default: windows of 9×9 with channels last are in three families.
        ...(target.chip.kind === "gpu"
          ? { overhead: 4e-6, covered: 0.985, folds: 2, options: { epochs: 80, shrink: 0.01 } }
          : { overhead: 2e-6, folds: 3, options: { epochs: 60 } }),
      });
      const errors = unseen
        .map(({ predicted, measured }) => Math.abs(predicted / measured - 1))
        .sort((a, b) => a - b);
      if (errors.length > 0)
        console.error(
          `  ${targetId}: ${networks.length} networks, cross-validated median ${percent(errors, 0.5)}, p90 ${percent(errors, 0.9)}`,
        );
      fragments.push({
        target: targetId,
        kinds: { "network-kernel": kind },
        network,
        source: { set: set.id, licence: set.licence, rows: networks.length },
      });
    }
    return fragments;
  },
};

const fewest = 100;

/** By target. Network by network, since reading one takes longer than lowering it for several targets. */
async function measuredNetworks(
  ctx: CalibrationContext,
  samples: readonly Sample[],
): Promise<ReadonlyMap<string, readonly MeasuredNetwork[]>> {
  const found = new Map<string, MeasuredNetwork[]>();
  for (const [, own] of groupBy(samples, ({ fields }) => `${fields?.["arch"]}@${fields?.["size"]}`))
    for (const { target: id, key, seconds, fields } of own) {
      const target = ctx.target(id);
      if (target === undefined) continue;
      const { arch = "", size = "", batch } = fields ?? {};
      const network = networkOf(ctx, arch, size, isDeployed(id));
      const kernels = await kernelsAt(ctx, network, target, Number(batch));
      if (kernels !== undefined)
        found.set(id, [...(found.get(id) ?? []), { key, kernels, seconds }]);
    }
  return found;
}

/**
 * From Python to a kernel. `nas_latency` has 17 to 48 µs on its hosts, EfficientNets of `nvidia_dle_infer` 34 to 71; here a
 * batch of test_vit or MobileNetV3 on RTX 4090 leaves no more than 30 to 40.
 */
const eagerLaunch = 2.5e-5;

function percent(sorted: readonly number[], share: number): string {
  return `${(100 * (sorted[Math.floor(share * (sorted.length - 1))] ?? 0)).toFixed(1)} %`;
}

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  const text = ctx.text("timm_infer.calib.csv");
  if (text === undefined) return [];
  return parseCsv(text).flatMap((row): Sample[] => {
    const target = targetOf(row);
    const [arch = "", size = "", batch = ""] = [row["arch"], row["img_size"], row["batch"]];
    const seconds = Number(batch) / Number(row["samples_per_sec"]);
    if (!(seconds > 0) || !Number.isFinite(seconds)) return [];
    return [
      {
        target,
        kind: "image network",
        key: familyOf(arch),
        seconds,
        subject: networkOf(ctx, arch, size, isDeployed(target)).at(Number(batch)),
        fields: { arch, size, batch },
      },
    ];
  });
}

/** `gluon_resnet50_v1b` and `resnet50` are one family; so are all of `vit_…`. */
export function familyOf(arch: string): string {
  const plain = arch.replace(/^(tf|gluon|ssl|swsl|ig|tv|legacy|jx|dm|adv|wide)_/, "");
  return /^[a-z]+/.exec(plain)?.[0] ?? plain;
}

function networkOf(
  ctx: CalibrationContext,
  arch: string,
  size: string,
  isFolded: boolean,
): BatchedNetwork {
  const made = `timm.create_model('${arch}')`;
  const isReparameterized = isFolded && reparameterized.test(arch);
  const entry = isReparameterized ? `timm.utils.reparameterize_model(${made})` : made;
  return {
    id: `${entry}@${size}`,
    at: (batch): Subject => ({
      kind: "model",
      id: `${entry}@${size}@${batch}`,
      load: () => ctx.trace(entry, `float32[${batch},3,${size},${size}]`),
    }),
  };
}

/** Results of PyTorch 2.9 count the parameters of networks whose branches have been folded (`benchmark.py --reparam`). */
function isDeployed(target: string): boolean {
  return target.includes("/pytorch-2.9-");
}

const reparameterized =
  /^(ghostnet|repghost|efficientvit_m|levit|mobileone|repvgg|repvit|shvit|tiny_vit|fastvit|nextvit)/;

function targetOf(row: Readonly<Record<string, string>>): string {
  const chip = chips[row["device"] ?? ""] ?? "";
  const torch = versions[row["torch"] ?? ""] ?? "";
  const mode = row["compile"] === "dynamo" ? "compile" : "eager";
  const precision = precisions[row["precision"] ?? ""] ?? "";
  return `${chip}/pytorch-${torch}-${mode}-${row["layout"]}/${precision}`;
}

const chips: Readonly<Record<string, string>> = {
  "Intel Core i7-12700H (CPU)": "intel-core-i7-12700h",
  "Intel Core i9-10940X (CPU)": "intel-core-i9-10940x",
  "NVIDIA GeForce RTX 3090": "nvidia-rtx-3090",
  "NVIDIA GeForce RTX 4090": "nvidia-rtx-4090",
  "NVIDIA GeForce RTX 5090": "nvidia-rtx-5090",
  "NVIDIA RTX PRO 6000 Blackwell Max-Q": "nvidia-rtx-pro-6000-max-q",
};

const versions: Readonly<Record<string, string>> = {
  pt113: "1.13",
  pt210: "2.1",
  pt221: "2.2",
  pt240: "2.4",
  pt291: "2.9",
};

const precisions: Readonly<Record<string, string>> = {
  amp: "amp-fp16",
  amp_bf16: "amp-bf16",
  bf16: "bf16",
  fp32: "fp32",
};
