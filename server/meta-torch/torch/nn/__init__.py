"""`torch.nn`: layers, functions, initialisers and tools."""

from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter  # noqa: F401
from . import functional  # noqa: F401
from .modules import *  # noqa: F401,F403
from .modules import utils as _module_utils  # noqa: F401
from . import init, modules, parallel, parameter, utils  # noqa: F401
from .parallel import DataParallel  # noqa: F401
from .utils.spectral_norm import remove_spectral_norm, spectral_norm
from .utils.weight_norm import remove_weight_norm, weight_norm

# As in torch, the functions hide the files of their names; the files need modules, so that it is done here.
utils.spectral_norm, utils.remove_spectral_norm = spectral_norm, remove_spectral_norm
utils.weight_norm, utils.remove_weight_norm = weight_norm, remove_weight_norm
del spectral_norm, remove_spectral_norm, weight_norm, remove_weight_norm


def __getattr__(name: str):  # type: ignore[no-untyped-def]
    """Parts that are rarely used load when first asked for."""
    if name in ("attention", "grad", "intrinsic", "qat", "quantizable", "quantized", "common_types", "backends", "cpp"):
        import importlib

        return importlib.import_module(f"{__name__}.{name}")
    if name == "factory_kwargs":
        return lambda kwargs: {key: item for key, item in (kwargs or {}).items() if key in ("device", "dtype", "memory_format")}
    raise AttributeError(f"module 'torch.nn' has no attribute '{name}'")
