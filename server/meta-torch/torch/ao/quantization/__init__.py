"""Quantisation in eager mode: stubs pass their input on, and preparing a model leaves it as it is."""

from __future__ import annotations

from typing import Any

from ...nn.modules.module import Module


class QuantStub(Module):
    def __init__(self, qconfig: Any = None) -> None:
        super().__init__()

    def forward(self, x: Any) -> Any:
        return x


class DeQuantStub(QuantStub):
    pass


class QuantWrapper(Module):
    def __init__(self, module: Module) -> None:
        super().__init__()
        self.quant, self.dequant, self.module = QuantStub(), DeQuantStub(), module

    def forward(self, x: Any) -> Any:
        return self.dequant(self.module(self.quant(x)))


class FakeQuantize(Module):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__()

    def forward(self, x: Any) -> Any:
        return x

    @classmethod
    def with_args(cls, **options: Any) -> Any:
        return cls


FakeQuantizeBase = ObserverBase = MinMaxObserver = MovingAverageMinMaxObserver = HistogramObserver = FakeQuantize
PerChannelMinMaxObserver = MovingAveragePerChannelMinMaxObserver = PlaceholderObserver = NoopObserver = FakeQuantize


class QConfig:
    def __init__(self, activation: Any = None, weight: Any = None) -> None:
        self.activation, self.weight = activation, weight


class QConfigMapping:
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **options: self


def _same(model: Any, *args: Any, **options: Any) -> Any:
    return model


prepare = prepare_qat = convert = quantize = quantize_dynamic = quantize_qat = fuse_modules = fuse_modules_qat = add_quant_dequant = _same
propagate_qconfig_ = swap_module = disable_observer = enable_observer = disable_fake_quant = enable_fake_quant = _same


def get_default_qconfig(*args: Any, **options: Any) -> QConfig:
    return QConfig()


get_default_qat_qconfig = get_default_qconfig
get_default_qconfig_mapping = get_default_qat_qconfig_mapping = lambda *args, **options: QConfigMapping()
default_qconfig = default_qat_qconfig = default_dynamic_qconfig = float16_dynamic_qconfig = QConfig()
default_fake_quant = default_weight_fake_quant = default_observer = default_weight_observer = FakeQuantize
