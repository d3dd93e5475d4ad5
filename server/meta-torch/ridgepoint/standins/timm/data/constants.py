from ridgepoint.opaque import lacking

IMAGENET_DEFAULT_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEFAULT_STD = (0.229, 0.224, 0.225)

__getattr__ = lacking(__name__)
