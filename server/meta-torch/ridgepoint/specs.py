"""Input types as text: `float32[1,3,224,224]`, with or without a name: `image=float32[1,3,224,224]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_SPEC = re.compile(r"^\s*(?:([A-Za-z_]\w*)\s*=\s*)?([A-Za-z_]\w*)\s*\[([\d\s,]*)\]\s*$")
_ALIASES = {
    "fp64": "float64", "fp32": "float32", "fp16": "float16", "bf16": "bfloat16", "f64": "float64", "f32": "float32",
    "f16": "float16", "i64": "int64", "i32": "int32", "i16": "int16", "i8": "int8", "u8": "uint8", "float": "float32",
    "double": "float64", "half": "float16", "long": "int64", "int": "int32", "boolean": "bool",
}
_KNOWN = {
    "float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "int64", "int32", "int16", "int8", "uint8",
    "bool", "complex64", "complex128",
}
#: Beyond this a tensor is a mistake, and its size would overflow.
_EXTENT_LIMIT = 1 << 40


@dataclass(frozen=True)
class Spec:
    """Type of one input; `name` is a parameter of `forward`, or empty for the next one in order."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    def __str__(self) -> str:
        text = f"{self.dtype}[{','.join(map(str, self.shape))}]"
        return f"{self.name}={text}" if self.name else text


class SpecError(ValueError):
    """The text is no input type; the message says what to write."""


def parse_spec(text: str) -> Spec:
    found = _SPEC.match(text)
    if found is None:
        raise SpecError(f"`{text.strip()}` should read NAME=TYPE[DIMS], for example `x=float32[1,3,224,224]`.")
    name, dtype, dims = found.groups()
    dtype = _ALIASES.get(dtype.lower(), dtype.lower())
    if dtype not in _KNOWN:
        raise SpecError(f"`{dtype}` is no element type; float32, float16, bfloat16, int64 and bool are some.")
    extents = [part.strip() for part in dims.split(",")] if dims.strip() else []
    if not all(extents):
        raise SpecError(f"`{text.strip()}` has an extent without a number.")
    shape = tuple(int(part) for part in extents)
    if any(extent > _EXTENT_LIMIT for extent in shape):
        raise SpecError(f"`{text.strip()}` has an extent that no tensor can have.")
    return Spec(name or "", dtype, shape)


def tensor_of(spec: Spec) -> Any:
    """A tensor of that type; token ids and masks need no contents either."""
    import torch

    return torch.empty(spec.shape, dtype=getattr(torch, spec.dtype))


def spec_of(name: str, tensor: Any) -> Spec:
    return Spec(name, str(tensor.dtype).replace("torch.", ""), tuple(tensor.shape))
