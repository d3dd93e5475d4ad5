"""Nested containers as flat lists and back."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from typing import Any, Callable, NamedTuple

PyTree = Context = Any


class KeyEntry:
    pass


class MappingKey(NamedTuple):
    key: Any


class SequenceKey(NamedTuple):
    idx: int


class GetAttrKey(NamedTuple):
    name: str


class _Kind(NamedTuple):
    flatten: Callable
    unflatten: Callable


def _named(tree: Any) -> bool:
    return isinstance(tree, tuple) and hasattr(tree, "_fields")


SUPPORTED_NODES: dict[Any, Any] = {
    list: _Kind(lambda tree: (tree, None), lambda items, context: list(items)),
    tuple: _Kind(lambda tree: (list(tree), None), lambda items, context: tuple(items)),
    dict: _Kind(lambda tree: (list(tree.values()), list(tree)), lambda items, context: dict(zip(context, items))),
    OrderedDict: _Kind(lambda tree: (list(tree.values()), list(tree)), lambda items, context: OrderedDict(zip(context, items))),
    defaultdict: _Kind(
        lambda tree: (list(tree.values()), (tree.default_factory, list(tree))),
        lambda items, context: defaultdict(context[0], zip(context[1], items)),
    ),
    deque: _Kind(lambda tree: (list(tree), tree.maxlen), lambda items, context: deque(items, maxlen=context)),
}
_NAMED = _Kind(lambda tree: (list(tree), type(tree)), lambda items, context: context(*items))
SUPPORTED_SERIALIZED_TYPES: dict = {}


class TreeSpec:
    def __init__(self, type: Any, context: Any, children_specs: list) -> None:  # noqa: A002
        self.type = type
        self.context = context
        self.children_specs = children_specs
        self.num_leaves = 1 if type is None else sum(spec.num_leaves for spec in children_specs)

    def is_leaf(self) -> bool:
        return self.type is None

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, TreeSpec) and (self.type, self.context, self.children_specs) == (other.type, other.context, other.children_specs)

    __hash__ = object.__hash__


class LeafSpec(TreeSpec):
    def __init__(self) -> None:
        super().__init__(None, None, [])


def _kind(tree: Any) -> Any:
    return SUPPORTED_NODES.get(type(tree)) or (_NAMED if _named(tree) else None)


def register_pytree_node(cls: Any, flatten_fn: Callable, unflatten_fn: Callable, **options: Any) -> None:
    SUPPORTED_NODES[cls] = _Kind(flatten_fn, unflatten_fn)


_register_pytree_node = register_pytree_node


def _register_namedtuple(*args: Any, **options: Any) -> None:
    return None


register_dataclass = register_constant = _register_namedtuple


def tree_flatten(tree: Any, is_leaf: Any = None) -> tuple:
    kind = None if is_leaf is not None and is_leaf(tree) else _kind(tree)
    if kind is None:
        return [tree], LeafSpec()
    items, context = kind.flatten(tree)
    leaves, specs = [], []
    for item in items:
        below, spec = tree_flatten(item, is_leaf)
        leaves += below
        specs.append(spec)
    return leaves, TreeSpec(type(tree), context, specs)


def tree_unflatten(leaves: Any, treespec: TreeSpec) -> Any:
    return _build(iter(list(leaves)), treespec)


def _build(leaves: Any, spec: TreeSpec) -> Any:
    if spec.type is None:
        return next(leaves)
    kind = SUPPORTED_NODES.get(spec.type) or _NAMED
    return kind.unflatten([_build(leaves, child) for child in spec.children_specs], spec.context)


def tree_leaves(tree: Any, is_leaf: Any = None) -> list:
    return tree_flatten(tree, is_leaf)[0]


def tree_iter(tree: Any, is_leaf: Any = None) -> Any:
    return iter(tree_leaves(tree, is_leaf))


def tree_structure(tree: Any, is_leaf: Any = None) -> TreeSpec:
    return tree_flatten(tree, is_leaf)[1]


def tree_map(func: Callable, tree: Any, *rests: Any, is_leaf: Any = None) -> Any:
    leaves, spec = tree_flatten(tree, is_leaf)
    others = [tree_leaves(rest, is_leaf) for rest in rests]
    return tree_unflatten([func(*items) for items in zip(leaves, *others)], spec)


def tree_map_(func: Callable, tree: Any, *rests: Any, is_leaf: Any = None) -> Any:
    tree_map(func, tree, *rests, is_leaf=is_leaf)
    return tree


def tree_map_only(type_or_types: Any, func: Any = None, tree: Any = None, is_leaf: Any = None) -> Any:
    return tree_map(lambda item: func(item) if isinstance(item, type_or_types) else item, tree, is_leaf=is_leaf)


tree_map_only_ = tree_map_only


def tree_all(pred: Callable, tree: Any, is_leaf: Any = None) -> bool:
    return all(map(pred, tree_leaves(tree, is_leaf)))


def tree_any(pred: Callable, tree: Any, is_leaf: Any = None) -> bool:
    return any(map(pred, tree_leaves(tree, is_leaf)))


def tree_all_only(type_or_types: Any, pred: Callable, tree: Any, is_leaf: Any = None) -> bool:
    return all(pred(item) for item in tree_leaves(tree, is_leaf) if isinstance(item, type_or_types))


def tree_any_only(type_or_types: Any, pred: Callable, tree: Any, is_leaf: Any = None) -> bool:
    return any(pred(item) for item in tree_leaves(tree, is_leaf) if isinstance(item, type_or_types))


def tree_flatten_with_path(tree: Any, is_leaf: Any = None) -> tuple:
    leaves, spec = tree_flatten(tree, is_leaf)
    return [((), leaf) for leaf in leaves], spec


def tree_map_with_path(func: Callable, tree: Any, *rests: Any, is_leaf: Any = None) -> Any:
    return tree_map(lambda *items: func((), *items), tree, *rests, is_leaf=is_leaf)


def keystr(path: Any) -> str:
    return "".join(map(str, path))


def _dict_flatten(tree: dict) -> tuple:
    return list(tree.values()), list(tree)


def _dict_unflatten(values: Any, context: Any) -> dict:
    return dict(zip(context, values))


def _dict_flatten_with_keys(tree: dict) -> tuple:
    return [(MappingKey(key), value) for key, value in tree.items()], list(tree)


def _list_flatten(tree: list) -> tuple:
    return tree, None


def _list_unflatten(values: Any, context: Any) -> list:
    return list(values)


def _list_flatten_with_keys(tree: list) -> tuple:
    return [(SequenceKey(index), value) for index, value in enumerate(tree)], None


def _broadcast_to_and_flatten(tree: Any, treespec: TreeSpec, is_leaf: Any = None) -> Any:
    return [tree] * treespec.num_leaves


