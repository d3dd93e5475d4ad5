"""Calling a module with other parameters than its own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator


@contextmanager
def _reparametrize_module(module: Any, parameters_and_buffers: dict, *, tie_weights: bool = False, strict: bool = False, stack_weights: bool = False) -> Iterator[None]:
    before = []
    try:
        for path, value in parameters_and_buffers.items():
            prefix, _, name = path.rpartition(".")
            owner = module.get_submodule(prefix)
            table = owner._parameters if name in owner._parameters else owner._buffers
            if name not in table:
                if strict:
                    raise RuntimeError(f"Error(s) in reparametrizing for {type(module).__name__}: Unexpected key {path}")
                continue
            before.append((table, name, table[name]))
            table[name] = value
        yield
    finally:
        for table, name, value in reversed(before):
            table[name] = value


def functional_call(module: Any, parameters_and_buffers: Any, args: Any = None, kwargs: Any = None, *, tie_weights: bool = True, strict: bool = False) -> Any:
    merged: dict = {}
    for part in parameters_and_buffers if isinstance(parameters_and_buffers, (tuple, list)) else (parameters_and_buffers,):
        merged.update(part)
    given = () if args is None else args if isinstance(args, tuple) else (args,)
    with _reparametrize_module(module, merged, strict=strict):
        return module(*given, **(kwargs or {}))
