from ridgepoint.opaque import lacking

from .constants import IMAGENET_DEFAULT_MEAN, IMAGENET_DEFAULT_STD

__getattr__ = lacking(__name__)
