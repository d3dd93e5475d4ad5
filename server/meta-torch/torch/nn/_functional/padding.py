"""`pad`, all modes. Amounts go from the last dimension backwards, two for each; negative ones crop."""

from __future__ import annotations

from typing import Any

from ..._meta.shape import index
from ..._ops.registry import make
from ..._tensor import Tensor


def pad(input: Tensor, pad: Any, mode: str = "constant", value: Any = None) -> Tensor:  # noqa: A002
    amounts = [item if type(item) is int else index(item) for item in pad]
    shape = input._shape
    rank, pairs = len(shape), len(amounts) // 2
    if len(amounts) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if pairs > rank:
        raise RuntimeError(
            f"Padding length should be less than or equal to two times the input dimension but got padding length {len(amounts)} "
            f"and input of dimension {rank}"
        )
    if mode != "constant":
        _check_mode(mode, shape, amounts, value)
    result = list(shape)
    for pair in range(pairs):
        before, after = amounts[2 * pair], amounts[2 * pair + 1]
        axis = rank - 1 - pair
        extent = shape[axis] + before + after
        if extent < 0 or (mode != "constant" and extent < 1):
            raise RuntimeError(
                f"The input size {shape[axis]}, plus negative padding {before} and {after} resulted in a negative output size, "
                f"which is invalid. Check dimension {axis} of your input."
            )
        result[axis] = extent
    attributes: dict = {"pad": amounts, "mode": mode}
    if mode == "constant":
        attributes["value"] = _number(value)
    known = None
    if mode == "constant" and input._value is not None and min(amounts, default=0) >= 0:
        known = _padded(input._value, shape, result, amounts, attributes["value"])
    return make("pad", tuple(result), input.dtype, (input,), attributes, known)


def _number(value: Any) -> Any:
    if value is None:
        return 0
    return value if isinstance(value, (bool, int, float)) else float(value)


def _check_mode(mode: str, shape: tuple, amounts: list, value: Any) -> None:
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if value is not None and value != 0:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    rank, pairs = len(shape), len(amounts) // 2
    if pairs < 1 or pairs > 3 or rank not in (pairs + 1, pairs + 2):
        raise NotImplementedError("Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now")
    if mode == "circular" and rank != pairs + 2:
        raise RuntimeError(f"Invalid padding size, expected {2 * (rank - 2)} but got {len(amounts)}")
    if 0 in shape[rank - pairs:]:
        raise RuntimeError(f"Expected {pairs + 1}D or {pairs + 2}D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: {list(shape)}")
    for pair in range(pairs):
        axis = rank - 1 - pair
        before, after = amounts[2 * pair], amounts[2 * pair + 1]
        if mode == "reflect" and (before >= shape[axis] or after >= shape[axis]):
            raise RuntimeError(
                f"Argument #{4 + 2 * pair}: Padding size should be less than the corresponding input dimension, but got: padding "
                f"({before}, {after}) at dimension {axis} of input {list(shape)}"
            )
        if mode == "circular" and (before > shape[axis] or after > shape[axis]):
            raise RuntimeError("Padding value causes wrapping around more than once.")


def _padded(value: list, shape: tuple, result: list, amounts: list, filler: Any) -> list | None:
    total = 1
    for extent in result:
        total *= extent
    if total > 65536:
        return None
    rows, rank = value, len(shape)
    block = 1
    for axis in range(rank - 1, -1, -1):
        pair = rank - 1 - axis
        before, after = (amounts[2 * pair], amounts[2 * pair + 1]) if 2 * pair < len(amounts) else (0, 0)
        if before or after:
            step = shape[axis] * block
            wide: list = []
            for start in range(0, len(rows), step) if step else ():
                wide += [filler] * (before * block) + rows[start:start + step] + [filler] * (after * block)
            rows = wide
        block *= result[axis]
    return rows if len(rows) == total else None
