"""DeepLabv3+ (Chen et al. 2018, https://arxiv.org/abs/1802.02611) on MobileNet v2 (Sandler et al. 2018) at output
stride 16: the last stage is dilated instead of strided, its middle layers feed the decoder."""

import torch
from torch import nn

stages = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]


def conv(inputs, outputs, kernel=1, stride=1, dilation=1, groups=1, act=nn.ReLU):
    padding = dilation * (kernel // 2)
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers) if act is None else nn.Sequential(*layers, act())


class Inverted(nn.Module):
    def __init__(self, inputs, outputs, expansion, stride, dilation):
        super().__init__()
        hidden = inputs * expansion
        widen = [conv(inputs, hidden, act=nn.ReLU6)] if expansion > 1 else []
        self.body = nn.Sequential(
            *widen,
            conv(hidden, hidden, 3, stride, dilation, hidden, nn.ReLU6),
            conv(hidden, outputs, act=None),
        )
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.body(x) if self.adds else self.body(x)


class DeepLab(nn.Module):
    def __init__(self, classes=21):
        super().__init__()
        layers, inputs, total, dilation = [conv(3, 32, 3, 2, act=nn.ReLU6)], 32, 2, 1
        parts = []
        for expansion, outputs, count, stride in stages:
            if total == 16:
                dilation, stride = dilation * stride, 1
            total *= stride
            for index in range(count):
                layers.append(Inverted(inputs, outputs, expansion, stride if index == 0 else 1, dilation))
                inputs = outputs
            if outputs == 24:
                parts.append(nn.Sequential(*layers))
                layers = []
        self.early, self.late = parts[0], nn.Sequential(*layers)
        self.branches = nn.ModuleList(
            [conv(320, 256)] + [conv(320, 256, 3, dilation=rate) for rate in (6, 12, 18)]
        )
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), conv(320, 256))
        self.join = conv(1280, 256)
        self.low = conv(24, 48)
        self.head = nn.Sequential(conv(304, 256, 3), conv(256, 256, 3), nn.Conv2d(256, classes, 1))

    def forward(self, x):
        low = self.early(x)
        y = self.late(low)
        pooled = nn.functional.interpolate(self.pool(y), size=y.shape[2:], mode="bilinear", align_corners=True)
        y = self.join(torch.cat([branch(y) for branch in self.branches] + [pooled], 1))
        y = nn.functional.interpolate(y, size=low.shape[2:], mode="bilinear", align_corners=True)
        y = self.head(torch.cat([y, self.low(low)], 1))
        return nn.functional.interpolate(y, size=x.shape[2:], mode="bilinear", align_corners=True)
