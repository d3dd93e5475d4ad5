"""MobileNet v1 (Howard et al. 2017, https://arxiv.org/abs/1704.04861) and v2 (Sandler et al. 2018,
https://arxiv.org/abs/1801.04381) at any width, as the TensorFlow models of these names are built."""

from torch import nn


def divisible(value, divisor=8):
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def conv_norm(inputs, outputs, kernel, stride=1, groups=1, has_act=True):
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, *([nn.ReLU6(inplace=True)] if has_act else []))


class MobileNetV1(nn.Module):
    def __init__(self, width=1.0, classes=1001):
        super().__init__()
        channels = max(8, int(32 * width))
        layers = [conv_norm(3, channels, 3, 2)]
        for base, stride in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [(512, 1)] * 5 + [(1024, 2), (1024, 1)]:
            outputs = max(8, int(base * width))
            layers += [conv_norm(channels, channels, 3, stride, channels), conv_norm(channels, outputs, 1)]
            channels = outputs
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(channels, classes)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        x = self.pool(self.features(x))
        return self.softmax(self.classifier(x.view(x.size(0), -1)))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        middle = inputs * expansion
        layers = [] if expansion == 1 else [conv_norm(inputs, middle, 1)]
        layers += [conv_norm(middle, middle, 3, stride, middle), conv_norm(middle, outputs, 1, has_act=False)]
        self.layers = nn.Sequential(*layers)
        self.is_residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.layers(x) if self.is_residual else self.layers(x)


class MobileNetV2(nn.Module):
    def __init__(self, width=1.0, classes=1001):
        super().__init__()
        channels = divisible(32 * width)
        layers = [conv_norm(3, channels, 3, 2)]
        stages = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
        for expansion, base, count, stride in stages:
            outputs = divisible(base * width)
            for position in range(count):
                layers.append(InvertedResidual(channels, outputs, stride if position == 0 else 1, expansion))
                channels = outputs
        last = divisible(1280 * max(1.0, width))
        layers.append(conv_norm(channels, last, 1))
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(last, classes)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        x = self.pool(self.features(x))
        return self.softmax(self.classifier(x.view(x.size(0), -1)))
