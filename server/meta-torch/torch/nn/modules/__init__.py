"""All layers of `torch.nn`."""

from ..parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter  # noqa: F401
from . import module  # noqa: F401 - torch's submodules are reached by name
from . import (
    activation, adaptive, batchnorm, channelshuffle, container, conv, distance, dropout, flatten, fold, instancenorm, lazy,  # noqa: F401
    linear, loss, normalization, padding, pixelshuffle, pooling, rnn, sparse, transformer, upsampling, utils,
)

Module = module.Module
_families = (
    activation, adaptive, batchnorm, channelshuffle, container, conv, distance, dropout, flatten, fold, instancenorm,
    linear, loss, normalization, padding, pixelshuffle, pooling, rnn, sparse, transformer, upsampling,
)
__all__ = ["Module"]
for _family in _families:
    for _name, _item in list(vars(_family).items()):
        if isinstance(_item, type) and issubclass(_item, Module) and not _name.startswith("_"):
            globals()[_name] = _item
            if _name not in __all__:
                __all__.append(_name)
