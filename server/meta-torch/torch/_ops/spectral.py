"""Fourier transforms: `torch.fft`, `stft`, `istft`. Shapes by torch's documentation; contents are never followed."""

from __future__ import annotations

from typing import Any, Callable

from .._meta import dtype as d
from .._meta import shape as s
from .._tensor import Tensor
from .factory import _new
from .registry import functions, long_name, make, operator

fft_functions: dict[str, Callable] = {}


def _real_type(kind: d.dtype) -> d.dtype:
    if kind.category < d.FLOAT:
        return d.default.floating
    return kind


def _checked(n: Any, extent: int) -> int:
    length = extent if n is None or n == -1 else s.index(n)
    if length < 1:
        raise RuntimeError(f"Invalid number of data points ({length}) specified")
    return length


def _types(name: str, input: Tensor) -> d.dtype:  # noqa: A002
    kind = input.dtype
    if kind in (d.float16, d.bfloat16, d.complex32):
        raise RuntimeError(f"Unsupported dtype {long_name(kind)}")
    is_real_input = name.startswith(("rfft", "ihfft"))
    if is_real_input and kind.category == d.COMPLEX:
        raise RuntimeError(f"{name} expects a real input tensor, but got {long_name(kind)}")
    floating = _real_type(kind)
    return floating.to_real() if name.startswith(("irfft", "hfft")) else floating.to_complex()


def _define_line(name: str) -> None:
    def implementation(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Any = None) -> Tensor:  # noqa: A002
        kind = _types(name, input)
        if not input._shape:
            raise RuntimeError("Dimension specified as -1 but tensor has no dimensions")
        axis = s.axis(dim, len(input._shape))
        extent = input._shape[axis]
        if name in ("irfft", "hfft"):
            length = _checked(n, 2 * (extent - 1))
            result = length
        else:
            length = _checked(n, extent)
            result = length // 2 + 1 if name in ("rfft", "ihfft") else length
        shape = input._shape[:axis] + (result,) + input._shape[axis + 1 :]
        return make(f"fft_{name}", shape, kind, (input,), {"n": length, "dim": axis, "norm": norm or "backward"})

    implementation.__name__ = name
    fft_functions[name] = implementation


def _define_many(name: str, default_dims: tuple | None) -> None:
    def implementation(input: Tensor, s: Any = None, dim: Any = default_dims, norm: str | None = None, *, out: Any = None) -> Tensor:  # noqa: A002
        return _many(name, input, s, dim, norm)

    implementation.__name__ = name
    fft_functions[name] = implementation


def _many(name: str, input: Tensor, lengths: Any, dim: Any, norm: str | None) -> Tensor:  # noqa: A002
    kind = _types(name, input)
    rank = len(input._shape)
    if dim is not None:
        axes = [s.axis(axis, rank) for axis in ([dim] if isinstance(dim, int) else dim)]
        if len(set(axes)) != len(axes):
            raise RuntimeError("FFT dims must be unique")
    elif lengths is not None:
        axes = list(range(rank - len(lengths), rank))
    else:
        axes = list(range(rank))
    if lengths is not None:
        lengths = [lengths] if isinstance(lengths, int) else list(lengths)
        if len(lengths) != len(axes) or len(axes) > rank:
            raise RuntimeError("When given, dim and shape arguments must have the same length")
    shape = list(input._shape)
    for position, axis in enumerate(axes):
        given = None if lengths is None else lengths[position]
        is_last = position == len(axes) - 1
        extent = shape[axis]
        if is_last and name.startswith(("irfft", "hfft")):
            shape[axis] = _checked(given, 2 * (extent - 1))
        else:
            length = _checked(given, extent)
            shape[axis] = length // 2 + 1 if is_last and name.startswith(("rfft", "ihfft")) else length
    if not axes and name.startswith(("rfft", "irfft")):
        raise RuntimeError(f"{name} must transform at least one axis")
    return make(f"fft_{name}", tuple(shape), kind, (input,), {"dims": axes, "norm": norm or "backward"})


for _name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
    _define_line(_name)
    _define_many(f"{_name}2", (-2, -1))
    _define_many(f"{_name}n", None)


def fftfreq(n: int, d: float = 1.0, *, dtype: Any = None, device: Any = None, out: Any = None, layout: Any = None, requires_grad: bool = False) -> Tensor:
    value = [(index if index < (n + 1) // 2 else index - n) / (n * d) for index in range(n)] if n <= 4096 else None
    return _new((n,), dtype, device, requires_grad, value)


def rfftfreq(n: int, d: float = 1.0, *, dtype: Any = None, device: Any = None, out: Any = None, layout: Any = None, requires_grad: bool = False) -> Tensor:
    count = n // 2 + 1
    value = [index / (n * d) for index in range(count)] if count <= 4096 else None
    return _new((count,), dtype, device, requires_grad, value)


def _shifted(sign: int) -> Callable:
    def implementation(input: Tensor, dim: Any = None) -> Tensor:  # noqa: A002
        axes = s.axes(dim, len(input._shape))
        halves = [input._shape[axis] // 2 if sign > 0 else (input._shape[axis] + 1) // 2 for axis in axes]
        return functions["roll"](input, halves, axes) if axes else input.clone()

    return implementation


fft_functions.update({"fftfreq": fftfreq, "rfftfreq": rfftfreq, "fftshift": _shifted(1), "ifftshift": _shifted(-1)})


@operator()
def stft(
    input: Tensor, n_fft: int, hop_length: int | None = None, win_length: int | None = None, window: Tensor | None = None,  # noqa: A002
    center: bool = True, pad_mode: str = "reflect", normalized: bool = False, onesided: bool | None = None,
    return_complex: bool | None = None, align_to_window: bool | None = None,
) -> Tensor:
    hop = n_fft // 4 if hop_length is None else hop_length
    width = n_fft if win_length is None else win_length
    rank = len(input._shape)
    if rank not in (1, 2):
        raise RuntimeError(f"stft: expected a 1D or 2D tensor, but got {rank}D")
    if input.dtype.category < d.FLOAT:
        raise RuntimeError("stft: expected a tensor of floating point or complex values")
    length = input._shape[-1] + (2 * (n_fft // 2) if center else 0)
    if center and pad_mode == "reflect" and n_fft // 2 >= input._shape[-1]:
        raise RuntimeError("Padding size should be less than the corresponding input dimension")
    if n_fft <= 0 or n_fft > length:
        raise RuntimeError(f"stft: expected 0 < n_fft <= {length}, but got n_fft={n_fft}")
    if hop <= 0:
        raise RuntimeError(f"stft: expected hop_length > 0, but got hop_length={hop}")
    if not 0 < width <= n_fft:
        raise RuntimeError(f"stft: expected 0 < win_length <= n_fft, but got win_length={width}")
    if window is not None and window._shape != (width,):
        raise RuntimeError(f"stft: expected a 1D window tensor of size equal to win_length={width}, but got size {list(window._shape)}")
    is_complex = input.dtype.category == d.COMPLEX or (window is not None and window.dtype.category == d.COMPLEX)
    if return_complex is None and not is_complex:
        raise RuntimeError("stft requires the return_complex parameter be given for real inputs")
    one_sided = not is_complex if onesided is None else onesided
    frames = 1 + (length - n_fft) // hop
    shape = input._shape[:-1] + (n_fft // 2 + 1 if one_sided else n_fft, frames)
    kind = input.dtype.to_complex()
    if return_complex is False:
        shape, kind = shape + (2,), kind.to_real()
    attributes = {"n_fft": n_fft, "hop_length": hop, "win_length": width, "onesided": one_sided}
    return make("stft", shape, kind, (input,) if window is None else (input, window), attributes)


@operator()
def istft(
    input: Tensor, n_fft: int, hop_length: int | None = None, win_length: int | None = None, window: Tensor | None = None,  # noqa: A002
    center: bool = True, normalized: bool = False, onesided: bool | None = None, length: int | None = None,
    return_complex: bool = False,
) -> Tensor:
    if input.dtype.category != d.COMPLEX:
        raise RuntimeError("istft requires a complex-valued input tensor matching the output from stft with return_complex=True.")
    hop = n_fft // 4 if hop_length is None else hop_length
    rank = len(input._shape)
    if rank not in (2, 3):
        raise RuntimeError(f"istft: expected a tensor with 3 or 4 dimensions, but got {rank + 1}")
    bins, frames = input._shape[-2:]
    one_sided = bins != n_fft if onesided is None else onesided
    if bins != (n_fft // 2 + 1 if one_sided else n_fft):
        raise RuntimeError("istft: expected the frequency dimension (3rd to the last) of the input tensor to match n_fft / 2 + 1")
    samples = n_fft + hop * (frames - 1) - (2 * (n_fft // 2) if center else 0)
    kind = input.dtype if return_complex else input.dtype.to_real()
    shape = input._shape[:-2] + (samples if length is None else length,)
    return make("istft", shape, kind, (input,) if window is None else (input, window), {"n_fft": n_fft, "hop_length": hop})
