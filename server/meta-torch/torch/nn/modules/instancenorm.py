"""torch's place for instance normalisation; the classes share `batchnorm.py`."""

from .batchnorm import (  # noqa: F401
    InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, LazyInstanceNorm1d, LazyInstanceNorm2d, LazyInstanceNorm3d, _InstanceNorm,
)
