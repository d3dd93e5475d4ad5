"""The older name of `timm.layers`."""

from ridgepoint.opaque import lacking

from ..layers import *  # noqa: F403
from ..layers import to_1tuple, to_2tuple, to_3tuple, to_4tuple, to_ntuple, trunc_normal_

__getattr__ = lacking(__name__)
