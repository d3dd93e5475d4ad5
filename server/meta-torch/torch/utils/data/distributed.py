"""The sampler of distributed runs."""

from .sampler import DistributedSampler  # noqa: F401
