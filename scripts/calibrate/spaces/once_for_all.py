"""Sub-networks of the Once-for-all MobileNetV3 (Cai et al. 2020, https://arxiv.org/abs/1908.09791): kernel size and
expansion per block, depth per stage, resolution by the input."""

import torch
from torch import nn

# Output channels, stride, activation, squeeze-and-excite.
STAGES = [(24, 2, nn.ReLU, False), (40, 2, nn.ReLU, True), (80, 2, nn.Hardswish, False), (112, 1, nn.Hardswish, True), (160, 2, nn.Hardswish, True)]


def divisible(value, divisor=8):
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def conv_norm(inputs, outputs, kernel, stride=1, groups=1, act=None):
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, *([] if act is None else [act(inplace=True)]))


class SqueezeExcite(nn.Module):
    def __init__(self, channels):
        super().__init__()
        middle = divisible(channels // 4)
        self.reduce = nn.Conv2d(channels, middle, 1)
        self.act = nn.ReLU(inplace=True)
        self.expand = nn.Conv2d(middle, channels, 1)
        self.gate = nn.Hardsigmoid(inplace=True)

    def forward(self, x):
        y = x.mean(3, keepdim=True).mean(2, keepdim=True)
        return x * self.gate(self.expand(self.act(self.reduce(y))))


class Block(nn.Module):
    def __init__(self, inputs, outputs, kernel, expansion, stride, act, has_squeeze):
        super().__init__()
        middle = round(inputs * expansion)
        layers = [] if expansion == 1 else [conv_norm(inputs, middle, 1, act=act)]
        layers.append(conv_norm(middle, middle, kernel, stride, groups=middle, act=act))
        if has_squeeze:
            layers.append(SqueezeExcite(middle))
        layers.append(conv_norm(middle, outputs, 1))
        self.layers = nn.Sequential(*layers)
        self.is_residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.layers(x) if self.is_residual else self.layers(x)


class Network(nn.Module):
    def __init__(self, kernels, expansions, depths, width=1.0, classes=1000):
        super().__init__()
        kernels, expansions, depths = ([int(word) for word in text.split()] for text in (kernels, expansions, depths))
        channels = divisible(16 * width)
        self.stem = conv_norm(3, channels, 3, 2, act=nn.Hardswish)
        blocks = [Block(channels, channels, 3, 1, 1, nn.ReLU, False)]
        for stage, (base, stride, act, has_squeeze) in enumerate(STAGES):
            outputs = divisible(base * width)
            for position in range(depths[stage]):
                index = 4 * stage + position
                first = stride if position == 0 else 1
                blocks.append(Block(channels, outputs, kernels[index], expansions[index], first, act, has_squeeze))
                channels = outputs
        self.blocks = nn.Sequential(*blocks)
        final, last = divisible(960 * width), divisible(1280 * width)
        self.expand = conv_norm(channels, final, 1, act=nn.Hardswish)
        self.mix = nn.Conv2d(final, last, 1, bias=False)
        self.act = nn.Hardswish(inplace=True)
        self.classifier = nn.Linear(last, classes)

    def forward(self, x):
        x = self.expand(self.blocks(self.stem(x)))
        x = x.mean(3, keepdim=True).mean(2, keepdim=True)
        x = self.act(self.mix(x))
        return self.classifier(x.view(x.size(0), -1))
