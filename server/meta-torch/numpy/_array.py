"""The array: a shape, a type, and its contents as a flat row-major list while they are few."""

from __future__ import annotations

import itertools
import operator
from typing import Any, Callable, Iterator

from ._dtype import SCALARS, dtype, promote

LIMIT = 65536


def count(shape: tuple) -> int:
    total = 1
    for extent in shape:
        total *= extent
    return total


class ndarray:  # noqa: N801
    """`_value` is None where contents are not known: asking for a number of such an array is an error that says so."""

    __array_priority__ = 10

    def __init__(self, shape: Any, dtype: Any = "float64", value: Any = None) -> None:  # noqa: A002
        self.shape = tuple(int(extent) for extent in shape) if isinstance(shape, (tuple, list)) else (int(shape),)
        self.dtype = _as_dtype(dtype)
        self._value = value

    ndim = property(lambda self: len(self.shape))
    size = property(lambda self: count(self.shape))
    itemsize = property(lambda self: self.dtype.itemsize)
    nbytes = property(lambda self: self.size * self.dtype.itemsize)
    T = property(lambda self: self.transpose())
    flat = property(lambda self: iter(self._contents()))
    real = property(lambda self: self)

    def _contents(self) -> list:
        if self._value is None:
            raise RuntimeError("numpy here keeps only small contents: this array's are not known")
        return self._value

    @property
    def _shape(self) -> tuple:
        return self.shape

    # Contents.

    def item(self, *args: Any) -> Any:
        return self._contents()[args[0] if args else 0]

    def tolist(self) -> Any:
        return _nested(self._contents(), self.shape, 0)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return iter([self[index] for index in range(len(self))])

    def __bool__(self) -> bool:
        return bool(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        if self.size != 1 or self.dtype.kind not in "bui":
            raise TypeError("only integer scalar arrays can be converted to a scalar index")
        return int(self.item())

    def __float__(self) -> float:
        return float(self.item())

    def __contains__(self, item: Any) -> bool:
        return item in self._contents()

    def __repr__(self) -> str:
        return f"array({self.tolist() if self._value is not None else '…'}, dtype={self.dtype})"

    def __array__(self, dtype: Any = None) -> ndarray:  # noqa: A002
        return self

    # Shape.

    def reshape(self, *shape: Any, order: str = "C") -> ndarray:
        wanted = list(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else list(shape)
        if -1 in wanted:
            known = count(tuple(item for item in wanted if item != -1))
            wanted[wanted.index(-1)] = self.size // known if known else 0
        if count(tuple(wanted)) != self.size:
            raise ValueError(f"cannot reshape array of size {self.size} into shape {tuple(wanted)}")
        return ndarray(wanted, self.dtype, self._value)

    def ravel(self, order: str = "C") -> ndarray:
        return self.reshape(-1)

    flatten = ravel

    def transpose(self, *axes: Any) -> ndarray:
        order = list(axes[0]) if len(axes) == 1 and isinstance(axes[0], (tuple, list)) else list(axes) or list(range(self.ndim))[::-1]
        shape = tuple(self.shape[axis] for axis in order)
        if self._value is None:
            return ndarray(shape, self.dtype)
        own = strides(self.shape)
        return ndarray(shape, self.dtype, gather(self._value, shape, [own[axis] for axis in order], 0))

    def swapaxes(self, a: int, b: int) -> ndarray:
        order = list(range(self.ndim))
        order[a], order[b] = order[b], order[a]
        return self.transpose(order)

    def squeeze(self, axis: Any = None) -> ndarray:
        chosen = range(self.ndim) if axis is None else [item % self.ndim for item in (axis if isinstance(axis, tuple) else (axis,))]
        return self.reshape([extent for index, extent in enumerate(self.shape) if not (extent == 1 and index in chosen)])

    def astype(self, kind: Any, *args: Any, **options: Any) -> ndarray:
        made = _as_dtype(kind)
        convert = {"f": float, "i": int, "u": int, "b": bool}.get(made.kind)
        value = self._value if convert is None or self._value is None else [convert(item) for item in self._value]
        return ndarray(self.shape, made, value)

    def copy(self, order: str = "C") -> ndarray:
        return ndarray(self.shape, self.dtype, list(self._value) if self._value is not None else None)

    def view(self, *args: Any) -> ndarray:
        return self

    def fill(self, value: Any) -> None:
        self._value = [value] * self.size if self.size <= LIMIT else None

    def repeat(self, repeats: int, axis: Any = None) -> ndarray:
        from . import _joining

        return _joining.repeat(self, repeats, axis)

    # Items.

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, ndarray) and key.dtype.kind == "b":
            if self._value is None or key._value is None:
                raise RuntimeError("numpy here keeps only small contents: which elements a mask takes is not known")
            rest = count(self.shape[key.ndim :])
            picked = [index for index, keep in enumerate(key._value) if keep]
            value = [item for index in picked for item in self._value[index * rest : (index + 1) * rest]]
            return ndarray((len(picked), *self.shape[key.ndim :]), self.dtype, value)
        places, shape, value = self._select(key)
        if not shape and value is not None:
            return SCALARS[self.dtype.name](value[0]) if self.dtype.kind != "O" else value[0]
        return ndarray(shape, self.dtype, value)

    def __setitem__(self, key: Any, item: Any) -> None:
        if self._value is None:
            return
        if isinstance(key, ndarray) and key.dtype.kind == "b":
            self._value = [item if keep else old for keep, old in zip(key._value, self._value)] if not isinstance(item, ndarray) and key._value else None
            return
        places, shape, _ = self._select(key)
        given = item if isinstance(item, ndarray) else None
        values = broadcast_value(given._value, given.shape, shape) if given is not None and given._value is not None else None
        if given is None and isinstance(item, (list, tuple)):
            from . import _functions

            self[key] = _functions.array(item)
            return
        if given is not None and values is None:
            self._value = None
            return
        for index, place in enumerate(places):
            one = values[index] if values is not None else item
            self._value[place] = float(one) if self.dtype.kind == "f" else one

    def _select(self, key: Any) -> tuple:
        """Flat positions of what `key` takes, its shape, and the contents there."""
        parts = list(key) if isinstance(key, tuple) else [key]
        used = sum(1 for part in parts if part is not None and part is not Ellipsis)
        if Ellipsis in [part if part is Ellipsis else None for part in parts]:
            at = next(index for index, part in enumerate(parts) if part is Ellipsis)
            parts[at : at + 1] = [slice(None)] * (self.ndim - used)
        else:
            parts += [slice(None)] * (self.ndim - used)
        if used > self.ndim:
            raise IndexError(f"too many indices for array: array is {self.ndim}-dimensional, but {used} were indexed")
        own, axis, shape, offsets = strides(self.shape), 0, [], [0]
        joined: list | None = None
        for part in parts:
            if part is None:
                shape.append(1)
                continue
            extent, step = self.shape[axis], own[axis]
            axis += 1
            if isinstance(part, slice):
                taken = range(*part.indices(extent))
                shape.append(len(taken))
                offsets = [base + index * step for base in offsets for index in taken]
            elif isinstance(part, (list, ndarray)):
                listed = [int(index) for index in (part if isinstance(part, list) else part._contents())]
                listed = [index + extent if index < 0 else index for index in listed]
                if joined is not None and len(joined) == len(listed):
                    offsets = [base + listed[place % len(listed)] * step for place, base in enumerate(offsets)]
                    continue
                joined = listed
                shape.extend(part.shape if isinstance(part, ndarray) else (len(listed),))
                offsets = [base + index * step for base in offsets for index in listed]
            else:
                index = operator.index(part)
                if not -extent <= index < extent:
                    raise IndexError(f"index {index} is out of bounds for axis {axis - 1} with size {extent}")
                offsets = [base + (index % extent) * step for base in offsets]
        return offsets, tuple(shape), None if self._value is None else [self._value[place] for place in offsets]


def _as_dtype(given: Any) -> dtype:
    return dtype(given)


def _nested(flat: list, shape: tuple, start: int) -> Any:
    if not shape:
        return flat[start]
    step = count(shape[1:])
    return [_nested(flat, shape[1:], start + index * step) for index in range(shape[0])]


def strides(shape: tuple) -> list:
    found = [1] * len(shape)
    for axis in range(len(shape) - 2, -1, -1):
        found[axis] = found[axis + 1] * shape[axis + 1]
    return found


def gather(value: list, shape: tuple, steps: list, start: int) -> list:
    offsets = [start]
    for extent, step in zip(shape, steps):
        offsets = [base + index * step for base in offsets for index in range(extent)]
    return [value[place] for place in offsets]


def broadcast_shape(*shapes: tuple) -> tuple:
    result = []
    for extents in itertools.zip_longest(*(reversed(shape) for shape in shapes), fillvalue=1):
        large = [extent for extent in extents if extent != 1]
        if len(set(large)) > 1:
            raise ValueError(f"operands could not be broadcast together with shapes {' '.join(map(str, shapes))}")
        result.append(large[0] if large else 1)
    return tuple(reversed(result))


def broadcast_value(value: list, source: tuple, target: tuple) -> list:
    if source == target:
        return value
    padded = (1,) * (len(target) - len(source)) + tuple(source)
    own = strides(padded)
    return gather(value, target, [0 if extent == 1 else step for extent, step in zip(padded, own)], 0)


def element_wise(function: Callable, kind: Any, *operands: Any) -> Any:
    """A function of operands that broadcast; scalars in, scalar out."""
    from . import _functions

    arrays = [_functions.asarray(operand) for operand in operands]
    shape = broadcast_shape(*(item.shape for item in arrays))
    made = kind(*arrays)
    value = None
    if all(item._value is not None for item in arrays) and count(shape) <= LIMIT:
        try:
            value = [function(*items) for items in zip(*(broadcast_value(item._value, item.shape, shape) for item in arrays))]
        except (ArithmeticError, ValueError):
            value = None
    if not shape and value is not None:
        return SCALARS[made.name](value[0])
    return ndarray(shape, made, value)


def _together(*arrays: ndarray) -> dtype:
    return promote(*(item.dtype for item in arrays))


def _floating(*arrays: ndarray) -> dtype:
    kind = _together(*arrays)
    return kind if kind.kind in "fc" else dtype("float64")


def _truth(*arrays: ndarray) -> dtype:
    return dtype("bool")


def _foreign(operand: Any) -> bool:
    """A tensor beside an array: the tensor's own rule decides."""
    return hasattr(operand, "requires_grad") or hasattr(operand, "_opaque_name")


def _binary(name: str, function: Callable, kind: Callable) -> None:
    def forward(self: ndarray, other: Any) -> Any:
        return NotImplemented if _foreign(other) else element_wise(function, kind, self, other)

    def backward(self: ndarray, other: Any) -> Any:
        return NotImplemented if _foreign(other) else element_wise(function, kind, other, self)

    setattr(ndarray, f"__{name}__", forward)
    setattr(ndarray, f"__r{name}__", backward)
    if kind is not _truth:
        setattr(ndarray, f"__i{name}__", forward)


for _name, _function in {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "floordiv": operator.floordiv, "mod": operator.mod, "pow": operator.pow,
    "and": operator.and_, "or": operator.or_, "xor": operator.xor, "lshift": operator.lshift, "rshift": operator.rshift,
}.items():
    _binary(_name, _function, _together)
_binary("truediv", operator.truediv, _floating)
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    _binary(_name, getattr(operator, _name), _truth)
ndarray.__hash__ = None  # type: ignore[assignment]
ndarray.__neg__ = lambda self: element_wise(operator.neg, _together, self)  # type: ignore[attr-defined]
ndarray.__pos__ = lambda self: self  # type: ignore[attr-defined]
ndarray.__abs__ = lambda self: element_wise(abs, _together, self)  # type: ignore[attr-defined]
ndarray.__invert__ = lambda self: element_wise(lambda x: not x if isinstance(x, bool) else ~x, _together, self)  # type: ignore[attr-defined]


def _matmul(self: ndarray, other: Any) -> Any:
    from . import _joining

    return _joining.matmul(self, other)


ndarray.__matmul__ = _matmul  # type: ignore[attr-defined]
together, floating_kind, truth = _together, _floating, _truth
