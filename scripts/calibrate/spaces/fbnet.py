"""The FBNet search space (Wu et al. 2019, https://arxiv.org/abs/1812.03443) for 32×32 images: 22 blocks, each one of nine
operations, as HW-NAS-Bench measured it (Li et al. 2021, https://arxiv.org/abs/2103.10584)."""

import torch
from torch import nn

# Kernel size, expansion, groups of the pointwise convolutions; None skips the block.
OPERATIONS = [(3, 1, 1), (3, 1, 2), (3, 3, 1), (3, 6, 1), (5, 1, 1), (5, 1, 2), (5, 3, 1), (5, 6, 1), None]
STAGES = [(16, 1, 1), (24, 4, 1), (32, 4, 2), (64, 4, 2), (112, 4, 1), (184, 4, 2), (352, 1, 1)]


class ConvNorm(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.act(self.norm(self.conv(x)))


class Block(nn.Module):
    def __init__(self, inputs, outputs, kernel, expansion, groups, stride):
        super().__init__()
        middle = inputs * expansion
        self.groups = groups
        self.is_residual = stride == 1 and inputs == outputs
        self.conv1 = nn.Conv2d(inputs, middle, 1, groups=groups, bias=False)
        self.norm1 = nn.BatchNorm2d(middle)
        self.conv2 = nn.Conv2d(middle, middle, kernel, stride, kernel // 2, groups=middle, bias=False)
        self.norm2 = nn.BatchNorm2d(middle)
        self.conv3 = nn.Conv2d(middle, outputs, 1, groups=groups, bias=False)
        self.norm3 = nn.BatchNorm2d(outputs)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x):
        y = self.act(self.norm1(self.conv1(x)))
        if self.groups > 1:
            n, c, h, w = y.size()
            y = y.view(n, self.groups, c // self.groups, h, w).permute(0, 2, 1, 3, 4)
            y = y.contiguous().view(n, c, h, w)
        y = self.act(self.norm2(self.conv2(y)))
        y = self.norm3(self.conv3(y))
        return y + x if self.is_residual else y


def make_block(index, inputs, outputs, stride):
    operation = OPERATIONS[index]
    if operation is not None:
        kernel, expansion, groups = operation
        return Block(inputs, outputs, kernel, expansion, groups, stride)
    return nn.Identity() if stride == 1 and inputs == outputs else ConvNorm(inputs, outputs, 1, stride)


class Network(nn.Module):
    def __init__(self, operations, classes=100, image_channels=3):
        super().__init__()
        self.stem = ConvNorm(image_channels, 16, 3)
        indices = iter(int(word) for word in operations.split())
        blocks, channels = [], 16
        for outputs, count, stride in STAGES:
            for position in range(count):
                blocks.append(make_block(next(indices), channels, outputs, stride if position == 0 else 1))
                channels = outputs
        self.blocks = nn.Sequential(*blocks)
        self.head = ConvNorm(channels, 1504, 1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(1504, classes)

    def forward(self, x):
        x = self.pool(self.head(self.blocks(self.stem(x))))
        return self.classifier(x.view(x.size(0), -1))
