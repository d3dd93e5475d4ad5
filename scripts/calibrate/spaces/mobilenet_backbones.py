"""Networks on MobileNet v1 (Howard et al. 2017, https://arxiv.org/abs/1704.04861): YAMNet for sounds, whose input is a
spectrogram of one channel, and PoseNet (Papandreou et al. 2018, https://arxiv.org/abs/1803.08225) at output stride 16,
whose last stage is dilated instead of strided."""

from torch import nn

stages = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [(512, 1)] * 5 + [(1024, 2), (1024, 1)]


def separable(inputs, outputs, stride, dilation):
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, stride, dilation, dilation, groups=inputs, bias=False),
        nn.BatchNorm2d(inputs),
        nn.ReLU6(),
        nn.Conv2d(inputs, outputs, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU6(),
    )


def backbone(inputs, most_stride):
    layers = [nn.Conv2d(inputs, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU6()]
    channels, total, dilation = 32, 2, 1
    for outputs, stride in stages:
        if total * stride > most_stride:
            layers.append(separable(channels, outputs, 1, dilation))
            dilation *= stride
        else:
            layers.append(separable(channels, outputs, stride, dilation))
            total *= stride
        channels = outputs
    return nn.Sequential(*layers)


class YamNet(nn.Module):
    def __init__(self, classes=521):
        super().__init__()
        self.features = backbone(1, 32)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(1024, classes)

    def forward(self, x):
        return self.head(self.pool(self.features(x)).flatten(1)).sigmoid()


class PoseNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = backbone(3, 16)
        self.heads = nn.ModuleList(nn.Conv2d(1024, outputs, 1) for outputs in (17, 34, 32, 32))

    def forward(self, x):
        x = self.features(x)
        heat, *others = (head(x) for head in self.heads)
        return heat.sigmoid(), *others
