"""Memory formats and layouts: names to compare and to pass on; nothing is laid out."""

from __future__ import annotations


class memory_format:  # noqa: N801 - torch's own spelling
    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"torch.{self.name}"


class layout(memory_format):  # noqa: N801
    __slots__ = ()


class qscheme(memory_format):  # noqa: N801
    __slots__ = ()


contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")
channels_last_3d = memory_format("channels_last_3d")
strided = layout("strided")

exported = {
    "memory_format": memory_format, "layout": layout, "qscheme": qscheme, "contiguous_format": contiguous_format,
    "preserve_format": preserve_format, "channels_last": channels_last, "channels_last_3d": channels_last_3d,
    "strided": strided,
    **{name: layout(name) for name in ("sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc", "jagged", "_mkldnn")},
    **{name: qscheme(name) for name in ("per_tensor_affine", "per_channel_affine", "per_tensor_symmetric", "per_channel_symmetric", "per_channel_affine_float_qparams")},
}
