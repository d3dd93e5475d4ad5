"""Grouping of tensors for optimisers, which do not run."""


def _get_foreach_kernels_supported_devices() -> list:
    return []


_get_fused_kernels_supported_devices = _get_foreach_kernels_supported_devices
