"""Switches of backends; none has an effect on shapes."""

from . import cpu, cuda, cudnn, cusparselt, mha, mkl, mkldnn, mps, nnpack, openmp, opt_einsum, quantized, xeon, xnnpack  # noqa: F401

fp32_precision = "none"
