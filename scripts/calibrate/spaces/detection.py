"""One-stage detectors of the YOLO line: YOLOv8 and YOLO11 as their public descriptions draw them (split bottlenecks,
pyramid pooling, attention over pixels in YOLO11's last stage, box edges as distributions over 16 bins: Li et al. 2020,
https://arxiv.org/abs/2006.04388). Parameters agree with the published counts."""

import torch
from torch import nn


def conv(inputs, outputs, kernel=1, stride=1, groups=1, active=True):
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, nn.SiLU()) if active else nn.Sequential(*layers)


class Residual(nn.Module):
    def __init__(self, channels, hidden, adds=True):
        super().__init__()
        self.body = nn.Sequential(conv(channels, hidden, 3), conv(hidden, channels, 3))
        self.adds = adds

    def forward(self, x):
        return x + self.body(x) if self.adds else self.body(x)


class CrossStage(nn.Module):
    """Two residual blocks beside a shortcut of one layer (Wang et al. 2019, https://arxiv.org/abs/1911.11929)."""

    def __init__(self, channels):
        super().__init__()
        hidden = channels // 2
        self.main, self.side = conv(channels, hidden), conv(channels, hidden)
        self.blocks = nn.Sequential(Residual(hidden, hidden), Residual(hidden, hidden))
        self.join = conv(2 * hidden, channels)

    def forward(self, x):
        return self.join(torch.cat([self.blocks(self.main(x)), self.side(x)], 1))


class Split(nn.Module):
    """Halves of the channels; every block's result is kept and joined in the end."""

    def __init__(self, inputs, outputs, hidden, blocks):
        super().__init__()
        self.open = conv(inputs, 2 * hidden)
        self.blocks = nn.ModuleList(blocks)
        self.join = conv((2 + len(blocks)) * hidden, outputs)

    def forward(self, x):
        parts = list(self.open(x).chunk(2, 1))
        for block in self.blocks:
            parts.append(block(parts[-1]))
        return self.join(torch.cat(parts, 1))


class PyramidPool(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.open = conv(channels, channels // 2)
        self.pool = nn.MaxPool2d(5, 1, 2)
        self.join = conv(2 * channels, channels)

    def forward(self, x):
        parts = [self.open(x)]
        for _ in range(3):
            parts.append(self.pool(parts[-1]))
        return self.join(torch.cat(parts, 1))


class PixelAttention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.heads = channels // 64
        self.qkv = conv(channels, 2 * channels, active=False)
        self.place = conv(channels, channels, 3, groups=channels, active=False)
        self.out = conv(channels, channels, active=False)

    def forward(self, x):
        batch, channels, height, width = x.shape
        qkv = self.qkv(x).view(batch, self.heads, 128, height * width)
        q, k, v = qkv.split([32, 32, 64], dim=2)
        weights = ((q.transpose(-2, -1) @ k) * 32**-0.5).softmax(dim=-1)
        y = (v @ weights.transpose(-2, -1)).view(batch, channels, height, width)
        return self.out(y + self.place(v.reshape(batch, channels, height, width)))


class AttentionStage(nn.Module):
    def __init__(self, channels):
        super().__init__()
        hidden = channels // 2
        self.hidden = hidden
        self.open = conv(channels, channels)
        self.attention = PixelAttention(hidden)
        self.mlp = nn.Sequential(conv(hidden, 2 * hidden), conv(2 * hidden, hidden, active=False))
        self.join = conv(channels, channels)

    def forward(self, x):
        a, b = self.open(x).split(self.hidden, 1)
        b = b + self.attention(b)
        return self.join(torch.cat([a, b + self.mlp(b)], 1))


class Heads(nn.Module):
    def __init__(self, channels, classes, is_separable):
        super().__init__()
        edges, scores = max(64, channels[0] // 4), max(channels[0], min(classes, 100))
        self.edges = nn.ModuleList(
            nn.Sequential(conv(c, edges, 3), conv(edges, edges, 3), nn.Conv2d(edges, 64, 1)) for c in channels
        )
        self.scores = nn.ModuleList(
            nn.Sequential(
                *(separable(c, scores) if is_separable else [conv(c, scores, 3)]),
                *(separable(scores, scores) if is_separable else [conv(scores, scores, 3)]),
                nn.Conv2d(scores, classes, 1),
            )
            for c in channels
        )
        self.mean = nn.Conv2d(16, 1, 1, bias=False)

    def forward(self, maps):
        edges = torch.cat([head(x).flatten(2) for head, x in zip(self.edges, maps)], 2)
        scores = torch.cat([head(x).flatten(2) for head, x in zip(self.scores, maps)], 2)
        bins = edges.view(edges.size(0), 4, 16, edges.size(2)).transpose(1, 2).softmax(1)
        return torch.cat([self.mean(bins).squeeze(1), scores.sigmoid()], 1)


def separable(inputs, outputs):
    return [conv(inputs, inputs, 3, groups=inputs), conv(inputs, outputs)]


class Extras(nn.Module):
    """Numbers beside every box: coefficients of masks, or key points."""

    def __init__(self, channels, count):
        super().__init__()
        hidden = max(channels[0] // 4, count)
        self.heads = nn.ModuleList(
            nn.Sequential(conv(c, hidden, 3), conv(hidden, hidden, 3), nn.Conv2d(hidden, count, 1)) for c in channels
        )

    def forward(self, maps):
        return torch.cat([head(x).flatten(2) for head, x in zip(self.heads, maps)], 2)


class Masks(nn.Module):
    """Prototypes that a box's coefficients weigh (Bolya et al. 2019, https://arxiv.org/abs/1904.02689)."""

    def __init__(self, inputs, hidden, count):
        super().__init__()
        self.open = conv(inputs, hidden, 3)
        self.up = nn.ConvTranspose2d(hidden, hidden, 2, 2)
        self.close = nn.Sequential(conv(hidden, hidden, 3), conv(hidden, count))

    def forward(self, x):
        return self.close(self.up(self.open(x)))


class Detector(nn.Module):
    """
    `block(inputs, outputs, repeats, adds, is_deep)` makes a stage; what follows the fifth stage is `last`. `extras`: numbers
    beside every box; `masks`: hidden channels of the prototypes.
    """

    def __init__(self, widths, block, repeats, last, classes=80, is_separable=False, extras=0, masks=0):
        super().__init__()
        a, b, c, d, e = widths
        # YOLO11's early stages leave with the width of the next one.
        early = (c, d) if is_separable else (b, c)
        first, second, third, fourth = repeats
        self.stem = nn.Sequential(conv(3, a, 3, 2), conv(a, b, 3, 2), block(b, early[0], first, True, "early"))
        self.p3 = nn.Sequential(conv(early[0], c, 3, 2), block(c, early[1], second, True, "early"))
        self.p4 = nn.Sequential(conv(early[1], d, 3, 2), block(d, d, third, True, "late"))
        self.p5 = nn.Sequential(conv(d, e, 3, 2), block(e, e, fourth, True, "late"), *last(e))
        self.up = nn.Upsample(scale_factor=2)
        self.n4 = block(e + d, d, first, False, "neck")
        self.n3 = block(d + early[1], c, first, False, "neck")
        self.down3, self.m4 = conv(c, c, 3, 2), block(c + d, d, first, False, "neck")
        self.down4, self.m5 = conv(d, d, 3, 2), block(d + e, e, first, False, "late" if is_separable else "neck")
        self.heads = Heads((c, d, e), classes, is_separable)
        self.extras = Extras((c, d, e), extras) if extras else None
        self.masks = Masks(c, masks, extras) if masks else None

    def forward(self, x):
        p3 = self.p3(self.stem(x))
        p4 = self.p4(p3)
        p5 = self.p5(p4)
        n4 = self.n4(torch.cat([self.up(p5), p4], 1))
        n3 = self.n3(torch.cat([self.up(n4), p3], 1))
        m4 = self.m4(torch.cat([self.down3(n3), n4], 1))
        m5 = self.m5(torch.cat([self.down4(m4), p5], 1))
        maps = [n3, m4, m5]
        boxes = self.heads(maps)
        if self.extras is not None:
            boxes = torch.cat([boxes, self.extras(maps)], 1)
        return boxes if self.masks is None else (boxes, self.masks(n3))


class Classifier(nn.Module):
    """The stages of a detector without its neck."""

    def __init__(self, detector, channels, last, classes=1000):
        super().__init__()
        self.stages = nn.Sequential(detector.stem, detector.p3, detector.p4, *detector.p5[:2], last)
        self.widen, self.scores = conv(channels, 1280), nn.Linear(1280, classes)

    def forward(self, x):
        return self.scores(self.widen(self.stages(x)).mean((2, 3))).softmax(1)


def YoloV8(width, depth, most=1024):
    def block(inputs, outputs, repeats, adds, _place):
        hidden = outputs // 2
        return Split(inputs, outputs, hidden, [Residual(hidden, hidden, adds) for _ in range(repeats)])

    counts = [max(1, round(depth * n)) for n in (3, 6, 6, 3)]
    return Detector(widths(width, most), block, counts, lambda e: [PyramidPool(e)])


def Yolo11(width, is_deep=False, most=1024, **task):
    def block(inputs, outputs, _repeats, _adds, place):
        hidden = outputs // 4 if place == "early" else outputs // 2
        inner = CrossStage(hidden) if is_deep or place == "late" else Residual(hidden, hidden // 2)
        return Split(inputs, outputs, hidden, [inner])

    return Detector(
        widths(width, most), block, [1] * 4, lambda e: [PyramidPool(e), AttentionStage(e)], is_separable=True, **task
    )


def Yolo11Segment(width, is_deep=False, most=1024):
    return Yolo11(width, is_deep, most, extras=32, masks=int(256 * width))


def Yolo11Pose(width, is_deep=False, most=1024):
    return Yolo11(width, is_deep, most, classes=1, extras=51)


def Yolo11Classify(width, is_deep=False, most=1024):
    last = widths(width, most)[-1]
    return Classifier(Yolo11(width, is_deep, most), last, AttentionStage(last))


def widths(width, most):
    return [int(min(channels, most) * width) for channels in (64, 128, 256, 512, 1024)]
