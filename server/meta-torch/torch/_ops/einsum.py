"""`einsum`, by the subscript rules of torch's documentation: letters, `...`, an implicit output, sublist form."""

from __future__ import annotations

from typing import Any

from .._meta import shape as s
from .._tensor import Tensor
from .matmul import _same_type
from .registry import make, operator


@operator(method=False)
def einsum(*args: Any) -> Tensor:
    equation, operands = _arguments(args)
    if not operands:
        raise RuntimeError("einsum(): must provide at least one operand")
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(operands):
        more = "more" if len(operands) > len(terms) else "fewer"
        raise RuntimeError(f"einsum(): {more} operands were provided than specified in the equation")
    extents: dict[str, int] = {}
    batch: tuple = ()
    batch_rank = 0
    for position, (term, operand) in enumerate(zip(terms, operands)):
        before, dots, after = term.partition("...")
        _check_letters(before + after)
        letters, shape = before + after, operand._shape
        if len(letters) > len(shape) or (not dots and len(letters) != len(shape)):
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({len(letters)}) does not match the number of dimensions "
                f"({len(shape)}) for operand {position}{'' if dots else ' and no ellipsis was given'}"
            )
        covered = len(shape) - len(letters)
        rest = shape[len(before) : len(before) + covered]
        _set_extents(extents, letters, shape[: len(before)] + shape[len(before) + covered :], position)
        if dots:
            batch = s.broadcast(batch, rest)
            batch_rank = max(batch_rank, len(rest))
    output = _output(left, right if arrow else None)
    shape = _result_shape(output, extents, batch, bool(arrow))
    kind = operands[0].dtype
    for operand in operands[1:]:
        kind = _same_type("einsum", operands[0], operand)
    return make("einsum", shape, kind, tuple(operands), {"equation": equation.replace(" ", "")})


def _arguments(args: tuple) -> tuple[str, list]:
    """Also the form `einsum(x, [0, 1], y, [1, 2], [0, 2])`."""
    if isinstance(args[0], str):
        operands = args[1] if len(args) == 2 and isinstance(args[1], (list, tuple)) else args[1:]
        return args[0], list(operands)
    terms = [_sublist(item) for item in args[1::2]]
    operands = list(args[0 : len(args) - len(args) % 2 : 2])
    equation = ",".join(terms)
    return (f"{equation}->{_sublist(args[-1])}" if len(args) % 2 else equation), operands


def _sublist(numbers: Any) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    return "".join("..." if number is Ellipsis else letters[number] for number in numbers)


def _check_letters(letters: str) -> None:
    for letter in letters:
        if not (letter.isascii() and letter.isalpha()):
            raise RuntimeError(f"einsum(): invalid subscript given, subscripts must be in [a-zA-Z] (got '{letter}')")


def _set_extents(extents: dict[str, int], letters: str, shape: tuple, position: int) -> None:
    own: dict[str, int] = {}
    for letter, extent in zip(letters, shape):
        if own.setdefault(letter, extent) != extent:
            raise RuntimeError(
                f"einsum(): subscript {letter} is repeated for operand {position} but the sizes don't match, {extent} != {own[letter]}"
            )
        known = extents.get(letter, 1)
        if known != extent and known != 1 and extent != 1:
            raise RuntimeError(
                f"einsum(): subscript {letter} has size {extent} for operand {position} which does not broadcast with previously "
                f"seen size {known}"
            )
        extents[letter] = extent if known == 1 else known


def _output(left: str, right: str | None) -> str:
    """Without an arrow: the ellipsis, then the letters that occur once, in alphabetical order."""
    if right is not None:
        return right
    letters = left.replace("...", "").replace(",", "")
    once = sorted(letter for letter in set(letters) if letters.count(letter) == 1)
    return ("..." if "..." in left else "") + "".join(once)


def _result_shape(output: str, extents: dict[str, int], batch: tuple, is_explicit: bool) -> tuple:
    before, dots, after = output.partition("...")
    letters = before + after
    _check_letters(letters)
    for letter in letters:
        if letter not in extents:
            raise RuntimeError(
                f"einsum(): output subscript {letter} does not appear in the equation for any input operand"
            )
        if is_explicit and letters.count(letter) > 1:
            raise RuntimeError(f"einsum(): output subscript {letter} appears more than once in the output")
    middle = batch if dots else ()
    return tuple(extents[x] for x in before) + middle + tuple(extents[x] for x in after)


