"""Sequences of different lengths: padded, packed, and back."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from ..._meta import dtype as d
from ..._meta import values
from ..._ops.registry import functions, make_many
from ..._tensor import Tensor, fresh

_Fields = namedtuple("PackedSequence", ["data", "batch_sizes", "sorted_indices", "unsorted_indices"])


class PackedSequence(_Fields):
    """Rows of all sequences, time step by time step, with the number of sequences still running at each step."""

    def __new__(cls, data: Any, batch_sizes: Any = None, sorted_indices: Any = None, unsorted_indices: Any = None) -> Any:
        if batch_sizes is None and isinstance(data, (tuple, list)):
            data, batch_sizes = data[0], data[1]
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        return type(self)(self.data.to(*args, **kwargs), self.batch_sizes, self.sorted_indices, self.unsorted_indices)

    def cuda(self, *args: Any, **kwargs: Any) -> PackedSequence:
        return self.to("cuda")

    def cpu(self, *args: Any, **kwargs: Any) -> PackedSequence:
        return self.to("cpu")

    def float(self) -> PackedSequence:
        return self.to(d.float32)

    def half(self) -> PackedSequence:
        return self.to(d.float16)

    def pin_memory(self) -> PackedSequence:
        return self

    @property
    def is_cuda(self) -> bool:
        return self.data.is_cuda

    def is_pinned(self) -> bool:
        return False


def invert_permutation(permutation: Any) -> Any:
    if permutation is None:
        return None
    known = permutation._value
    back = None
    if known is not None:
        back = [0] * len(known)
        for position, item in enumerate(known):
            back[item] = position
    return fresh(permutation._shape, d.int64, value=back)


def _lengths(lengths: Any, batch: int, time: int) -> list:
    """Lengths where they are known, and the longest possible ones otherwise."""
    if isinstance(lengths, Tensor):
        if lengths._value is None:
            return [time] * batch
        return [int(item) for item in lengths._value]
    return [int(item) for item in lengths]


def pack_padded_sequence(input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True) -> PackedSequence:  # noqa: A002
    batch, time = input._shape[:2] if batch_first else (input._shape[1], input._shape[0])
    known = _lengths(lengths, batch, time)
    if len(known) != batch:
        raise RuntimeError(f"Expected `len(lengths)` to be equal to batch_size, but got {len(known)} (batch_size={batch})")
    if min(known) <= 0:
        raise RuntimeError("Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0")
    ordered = sorted(known, reverse=True)
    indices = None
    if enforce_sorted:
        if known != ordered:
            raise RuntimeError("`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not need ONNX exportability.")
    else:
        indices = fresh((batch,), d.int64, value=sorted(range(batch), key=lambda index: -known[index]))
    if ordered[0] > time:
        raise RuntimeError(f"Expected sequence length to be larger than or equal to the longest in the batch, but got {ordered[0]} > {time}")
    sizes = [sum(length > step for length in ordered) for step in range(ordered[0])]
    made = make_many(
        "pack_padded_sequence", (input,),
        [((sum(known), *input._shape[2:]), input.dtype, None), ((len(sizes),), d.int64, sizes if values.fits(len(sizes), False) else None)],
        {"batch_first": bool(batch_first)},
    )
    return PackedSequence(made[0], made[1], indices)


def pad_packed_sequence(sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: Any = None) -> tuple:
    sizes = sequence.batch_sizes
    time, batch = sizes._shape[0], sizes._value[0] if sizes._value else 1
    steps = time
    if total_length is not None:
        if total_length < time:
            raise ValueError(f"Expected total_length to be at least the length of the longest sequence in input, but got total_length={total_length} and max sequence length being {time}")
        time = total_length
    rest = sequence.data._shape[1:]
    lengths = None
    if sizes._value:
        lengths = [sum(size > index for size in sizes._value) for index in range(batch)]
        if sequence.unsorted_indices is not None and sequence.unsorted_indices._value is not None:
            lengths = [lengths[index] for index in sequence.unsorted_indices._value]
    shape = (batch, time, *rest) if batch_first else (time, batch, *rest)
    made = make_many(
        "pad_packed_sequence", (sequence.data, sizes), [(shape, sequence.data.dtype, None), ((batch,), d.int64, lengths)],
        {"batch_first": bool(batch_first), "steps": steps},
    )
    return made[0], made[1]


def pad_sequence(sequences: Any, batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right") -> Tensor:
    items = list(sequences.unbind(0)) if isinstance(sequences, Tensor) else list(sequences)
    if not items:
        raise RuntimeError("received an empty list of sequences")
    rest = items[0]._shape[1:]
    for item in items:
        if item._shape[1:] != rest:
            raise RuntimeError(f"The size of tensor a ({item._shape[-1]}) must match the size of tensor b ({rest[-1] if rest else 1}) in the dimensions after the first")
    longest = max(item._shape[0] for item in items)
    shape = (len(items), longest, *rest) if batch_first else (longest, len(items), *rest)
    return make_many("pad_sequence", tuple(items), [(shape, items[0].dtype, None)], {"batch_first": bool(batch_first)})[0]


def unpad_sequence(padded_sequences: Tensor, lengths: Any, batch_first: bool = False) -> list:
    if not batch_first:
        padded_sequences = padded_sequences.transpose(0, 1)
    known = _lengths(lengths, *padded_sequences._shape[:2])
    return [row[:length] for row, length in zip(padded_sequences.unbind(0), known)]


def pack_sequence(sequences: Any, enforce_sorted: bool = True) -> PackedSequence:
    lengths = functions["tensor"]([item._shape[0] for item in sequences])
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list:
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
