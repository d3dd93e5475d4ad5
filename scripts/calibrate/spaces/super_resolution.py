"""Networks that enlarge pictures: QuickSRNet (Berger et al. 2023, https://arxiv.org/abs/2303.04336), the compact VGG-style
generator of Real-ESRGAN (Wang et al. 2021, https://arxiv.org/abs/2107.10833) and ESRGAN's generator of residual-in-residual
dense blocks (Wang et al. 2018, https://arxiv.org/abs/1809.00219)."""

import torch
from torch import nn
from torch.nn import functional as F


class QuickSRNet(nn.Module):
    def __init__(self, channels, layers, scale=4):
        super().__init__()
        steps = [nn.Conv2d(3, channels, 3, padding=1), nn.ReLU()]
        for _ in range(layers):
            steps += [nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU()]
        steps += [nn.Conv2d(channels, 3 * scale**2, 3, padding=1), nn.PixelShuffle(scale)]
        self.steps = nn.Sequential(*steps)

    def forward(self, x):
        return self.steps(x).clamp(0, 1)


class CompactGenerator(nn.Module):
    def __init__(self, channels=64, layers=32, scale=4):
        super().__init__()
        self.scale = scale
        steps = [nn.Conv2d(3, channels, 3, padding=1), nn.PReLU(channels)]
        for _ in range(layers):
            steps += [nn.Conv2d(channels, channels, 3, padding=1), nn.PReLU(channels)]
        self.steps = nn.Sequential(*steps, nn.Conv2d(channels, 3 * scale**2, 3, padding=1))
        self.shuffle = nn.PixelShuffle(scale)

    def forward(self, x):
        return self.shuffle(self.steps(x)) + F.interpolate(x, scale_factor=self.scale, mode="nearest")


class DenseBlock(nn.Module):
    def __init__(self, channels, growth):
        super().__init__()
        self.steps = nn.ModuleList(
            nn.Conv2d(channels + index * growth, growth if index < 4 else channels, 3, padding=1) for index in range(5)
        )

    def forward(self, x):
        parts = [x]
        for step in self.steps[:-1]:
            parts.append(F.leaky_relu(step(torch.cat(parts, 1)), 0.2))
        return self.steps[-1](torch.cat(parts, 1)) * 0.2 + x


class ResidualGenerator(nn.Module):
    def __init__(self, channels=64, blocks=23, growth=32):
        super().__init__()
        self.first = nn.Conv2d(3, channels, 3, padding=1)
        self.blocks = nn.ModuleList(
            nn.Sequential(*(DenseBlock(channels, growth) for _ in range(3))) for _ in range(blocks)
        )
        self.trunk = nn.Conv2d(channels, channels, 3, padding=1)
        self.up1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.up2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.high = nn.Conv2d(channels, channels, 3, padding=1)
        self.last = nn.Conv2d(channels, 3, 3, padding=1)

    def forward(self, x):
        first = self.first(x)
        x = first
        for block in self.blocks:
            x = block(x) * 0.2 + x
        x = first + self.trunk(x)
        x = F.leaky_relu(self.up1(F.interpolate(x, scale_factor=2, mode="nearest")), 0.2)
        x = F.leaky_relu(self.up2(F.interpolate(x, scale_factor=2, mode="nearest")), 0.2)
        return self.last(F.leaky_relu(self.high(x), 0.2))
