"""The networks of NAS-Bench-201 (Dong & Yang 2020, https://arxiv.org/abs/2001.00326): 15 cells in three stages, each cell a
graph over four nodes whose six edges the architecture string names."""

import torch
from torch import nn


class Zero(nn.Module):
    def forward(self, x):
        return x.mul(0.0)


class ReluConvNorm(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1):
        super().__init__()
        self.act = nn.ReLU(inplace=False)
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return self.norm(self.conv(self.act(x)))


def edge(name, channels):
    if name == "none":
        return Zero()
    if name == "skip_connect":
        return nn.Identity()
    if name == "avg_pool_3x3":
        return nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
    return ReluConvNorm(channels, channels, {"nor_conv_1x1": 1, "nor_conv_3x3": 3}[name])


def parse(arch):
    """Per node the list of (operation, source node): `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`."""
    nodes = []
    for node in arch.split("+"):
        words = [word.split("~") for word in node.strip("|").split("|")]
        nodes.append([(name, int(source)) for name, source in words])
    return nodes


class Cell(nn.Module):
    def __init__(self, genotype, channels):
        super().__init__()
        self.sources = [[source for _, source in node] for node in genotype]
        self.edges = nn.ModuleList(
            nn.ModuleList(edge(name, channels) for name, _ in node) for node in genotype
        )

    def forward(self, x):
        nodes = [x]
        for edges, sources in zip(self.edges, self.sources):
            total = None
            for layer, source in zip(edges, sources):
                value = layer(nodes[source])
                total = value if total is None else total + value
            nodes.append(total)
        return nodes[-1]


class Reduction(nn.Module):
    """A residual block that halves the image and doubles the channels."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.first = ReluConvNorm(inputs, outputs, 3, stride=2)
        self.second = ReluConvNorm(outputs, outputs, 3)
        self.shortcut = nn.Sequential(
            nn.AvgPool2d(2, stride=2), nn.Conv2d(inputs, outputs, 1, bias=False)
        )

    def forward(self, x):
        return self.shortcut(x) + self.second(self.first(x))


class Network(nn.Module):
    def __init__(self, arch, classes=10, image_channels=3, width=16, cells=5):
        super().__init__()
        genotype = parse(arch)
        self.stem = nn.Sequential(
            nn.Conv2d(image_channels, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        )
        body = []
        for stage in range(3):
            channels = width << stage
            if stage > 0:
                body.append(Reduction(channels // 2, channels))
            body.extend(Cell(genotype, channels) for _ in range(cells))
        self.body = nn.Sequential(*body)
        self.head = nn.Sequential(nn.BatchNorm2d(width << 2), nn.ReLU(inplace=True))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(width << 2, classes)

    def forward(self, x):
        x = self.pool(self.head(self.body(self.stem(x))))
        return self.classifier(x.view(x.size(0), -1))
