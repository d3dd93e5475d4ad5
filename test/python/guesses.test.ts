import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { trace } from "./python-kit.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-guesses-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is run of a file, on which inputs, and the problems told of it. */
function check(text: string): readonly string[] {
  const file = path.join(folder, "model.py");
  writeFileSync(
    file,
    `import torch\nfrom torch import nn\nimport torch.nn.functional as F\n${text}`,
  );
  const { main, problems } = trace({ file });
  const inputs = main?.inputs.map(({ name, shape }) => `${name}[${shape.join(",")}]`) ?? [];
  return [
    `${main?.entry ?? "nothing"} on ${inputs.join(", ") || "nothing"}`,
    ...[...problems, ...(main?.problems ?? [])].map(({ code, message }) => `${code} ${message}`),
  ];
}

const linear = (arguments_: string, width: string): string => `
class Net(nn.Module):
    def __init__(self, ${arguments_}):
        super().__init__()
        self.fc = nn.Linear(${width}, 10)

    def forward(self, x):
        return self.fc(x)
`;

test("a class is made as another place of its file makes it", () => {
  const text = `table = {"small": 24}\n${linear("size", "table[size]")}\n\ndef test():\n    net = Net(size="small")\n`;
  expect(check(text)).toEqual(["Net(size='small') on x[1,24]"]);
});

test("an image's size is taken from the constructor where no layer knows it", () => {
  const text = `
class Patches(nn.Module):
    def __init__(self, image_size=64, channels=1):
        super().__init__()
        self.norm = nn.LayerNorm(16 * channels)
        self.fc = nn.Linear(16 * channels, 10)

    def forward(self, img):
        b, c, h, w = img.shape
        x = img.reshape(b, c, h // 4, 4, w // 4, 4).permute(0, 2, 4, 3, 5, 1).reshape(b, -1, 16 * c)
        return self.fc(self.norm(x))
`;
  expect(check(text)).toEqual(["Patches() on img[1,1,64,64]"]);
});

test("a step without layers is not what the file is about", () => {
  const text = `${linear("", "8")}\n\nclass PostProcess(nn.Module):\n    def forward(self, outputs, sizes):\n        return outputs["logits"]\n`;
  expect(check(text)).toEqual(["Net() on x[1,8]"]);
});

test("where only its author can make a model, a part shows its numbers and the model what it needs", () => {
  const text = `${linear("width", "width")}\n\nclass Whole(nn.Module):\n    def __init__(self, backbone):\n        super().__init__()\n        self.backbone = backbone\n        self.fc = nn.Linear(10, 2)\n\n    def forward(self, x):\n        return self.fc(self.backbone(x))\n`;
  expect(check(text)).toEqual([
    "Net(width=256) on x[1,256]",
    "RP1504 `Whole` needs `backbone`: pin how it is made above it, `# ridgepoint: entry=Whole(…)`.",
  ]);
});

test("an input that was a guess is told when the code does not take it", () => {
  const text = `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 10)

    def forward(self, batch):
        return self.fc(batch["x"])
`;
  const [, error, guess] = check(text);
  expect(error).toMatch(/^RP1503 TypeError/);
  expect(guess).toMatch(/^RP1511 `Net` was called with batch=float32\[1,8\], which is a guess\./);
});

test("infinite paddings, kernels of triton and large arrays of numpy stop nothing", () => {
  const text = `
import numpy as np
import triton


@triton.autotune(configs=[triton.Config({"BLOCK": 64})], key=["n"])
@triton.jit
def kernel(x, n):
    pass


LEAST = min(config.kwargs["BLOCK"] for config in kernel.configs)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("table", torch.from_numpy(np.zeros((300, 300))).float())
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        x = F.max_pool2d(F.pad(self.conv(x), (1, 1, 1, 1), value=float("-inf")), 2)
        kernel[(1,)](x, LEAST)
        return x.reshape(shape=(x.shape[0], -1)) * self.table[0, 0]
`;
  expect(check(text)).toEqual([
    "Net() on x[1,3,32,32]",
    "RP1510 `triton` is not found; a stand-in takes its place. Add the folder that has it to the Python path.",
  ]);
});

test("sizes that somebody else would fill into a configuration get what their names say", () => {
  expect(
    check(`
from dataclasses import dataclass
@dataclass
class ModelArgs:
    dim: int = 8
    vocab_size: int = -1  # by the tokenizer
class Net(nn.Module):
    def __init__(self, params: ModelArgs):
        super().__init__()
        self.table = nn.Embedding(params.vocab_size, params.dim)
    def forward(self, tokens: torch.Tensor, start_pos: int):
        positions = torch.arange(512)[start_pos : start_pos + tokens.shape[1]]
        return self.table(tokens) + positions[:, None]
`),
  ).toEqual(["Net(params=ModelArgs(vocab_size=32000)) on tokens[1,128]"]);
});

test("a number for each stage, where one for all is refused", () => {
  expect(
    check(`
class Net(nn.Module):
    def __init__(self, *, num_classes, dim, depth):
        super().__init__()
        assert isinstance(depth, tuple), "depth is a tuple"
        self.stem = nn.Conv2d(3, dim, 3, 2, 1)
        self.stages = nn.Sequential(*[nn.Conv2d(dim, dim, 3, 2, 1) for count in depth for _ in range(count)])
        self.head = nn.Linear(dim, num_classes)
    def forward(self, x):
        return self.head(self.stages(self.stem(x)).mean((2, 3)))
`),
  ).toEqual(["Net(num_classes=1000, dim=256, depth=(2, 2, 2, 2)) on x[1,3,224,224]"]);
});

test("arguments that a constructor hands on, by what it says is missing", () => {
  expect(
    check(`
class Layers(nn.Module):
    def __init__(self, dim, depth, causal=False):
        super().__init__()
        self.layers = nn.Sequential(*[nn.Linear(dim, dim) for _ in range(depth)])
    def forward(self, x):
        return self.layers(x)
class Encoder(Layers):
    def __init__(self, **options):
        super().__init__(causal=False, **options)
`),
  ).toEqual(["Encoder(dim=256, depth=4) on x[1,256]"]);
});

test("axes that einops gathers from an ellipsis, and pixels folded into channels", () => {
  expect(
    check(`
from einops import rearrange
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(48, 8, 1)
        self.fc = nn.Linear(8, 4)
    def forward(self, image):
        x = self.conv(rearrange(image, "b c (h p) (w q) -> b (c p q) h w", p=4, q=4))
        x = rearrange(x, "b c h w -> b h w c")
        return self.fc(rearrange(x, "b ... c -> b (...) c")) + torch.zeros(56 * 56, 4)
`),
  ).toEqual(["Net() on image[1,3,224,224]"]);
});

test("a method that is called with its own names", () => {
  expect(
    check(`
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 6)
    def forward(self, x):
        a, b = self.fc(x).split(split_size=[2, 4], dim=-1)
        return a.sum() + b.sum()
`),
  ).toEqual(["Net() on x[1,8]"]);
});

test("a model that needs its author's words is made as the script's own main makes it", () => {
  const text = `${linear("cfg", 'cfg["width"]')}

def main():
    config = {"width": 24}
    model = Net(config)
    model.eval()


if __name__ == "__main__":
    main()
`;
  expect(check(text)).toEqual(["Net(config) on x[1,24]"]);
});

test("tables of tokens of a class of one's own, masks and devices by their names", () => {
  const text = `
class Tokens(nn.Embedding):
    pass

class Net(nn.Module):
    def __init__(self, src_pad_idx, enc_voc_size, d_model, ffn_hidden, n_head, drop_prob, device):
        super().__init__()
        self.tokens = Tokens(enc_voc_size, d_model, padding_idx=src_pad_idx)
        self.layer = nn.TransformerEncoderLayer(d_model, n_head, ffn_hidden, drop_prob, batch_first=True)

    def forward(self, src, src_mask):
        return self.layer(self.tokens(src), src_mask)
`;
  expect(check(text)).toEqual([
    "Net(src_pad_idx=0, enc_voc_size=32000, d_model=256, ffn_hidden=1024, n_head=8, drop_prob=0.0, device='cpu') on src[1,128], src_mask[128,128]",
  ]);
});

test("attention that has sequences first is given them so", () => {
  const text = `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(100, 32)
        self.attention = nn.MultiheadAttention(32, 4)

    def forward(self, src, attn_mask):
        x = self.tokens(src)
        return self.attention(x, x, x, attn_mask=attn_mask)[0]
`;
  expect(check(text)).toEqual(["Net() on src[128,1], attn_mask[128,128]"]);
});

test("a constructor that fails on its defaults says how it is pinned, and does not hide the file's other model", () => {
  const text = `${linear("", "8")}

class Whole(nn.Module):
    def __init__(self, blocks=None):
        super().__init__()
        assert isinstance(blocks, list), "blocks is a list"
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x):
        return x
`;
  expect(check(text)).toEqual([
    "Net() on x[1,8]",
    "RP1503 AssertionError: blocks is a list.",
    "RP1504 It was made as `Whole()`, which is a guess. Where it takes something else, pin it above it: `# ridgepoint: entry=Whole(…)`.",
  ]);
});

test("a router's counts are read out of their tensor, and experts that none chose are not skipped", () => {
  const text = `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(8, 4)
        self.experts = nn.ModuleList([nn.Linear(8, 8) for _ in range(4)])

    def forward(self, x):
        y = torch.zeros_like(x)
        weights, chosen = self.gate(x).softmax(-1).topk(2)
        counts = torch.bincount(chosen.flatten(), minlength=4).tolist()
        for i in range(4):
            if counts[i] == 0:
                continue
            rows, nth = torch.where(chosen == i)
            y[rows] += self.experts[i](x[rows]) * weights[rows, nth, None]
        return y
`;
  const [made, ...told] = check(text);
  expect(made).toBe("Net() on x[1,8]");
  expect(told.filter((line) => /RP2211|RP15/.test(line))).toEqual([]);
});

test("a missing import's value is named where it would be a number of channels", () => {
  const text = `
from absent.ops import make_divisible

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, make_divisible(30, 8), 3)

    def forward(self, x):
        return self.conv(x)
`;
  expect(check(text).find((line) => line.startsWith("RP1502"))).toMatch(
    /^RP1502 `absent` is not available: `absent\.ops\.make_divisible\(\)` is used as a whole number/,
  );
});
